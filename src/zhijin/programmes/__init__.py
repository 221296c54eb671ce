"""The one place where rooms meet: what follows from an event of a case by its playbook.

Knows cases, places, accounts; nothing lower knows it.
"""
