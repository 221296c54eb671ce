"""Cases: from a report to its confirmed end. Knows playbooks, people, places; never what programmes do with it."""
