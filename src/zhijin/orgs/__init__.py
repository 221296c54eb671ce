"""Organisations, their posts and who holds them. Knows places and accounts; not people, cases or playbooks."""
