"""The writes of cases: one function per verb, each one transaction."""
