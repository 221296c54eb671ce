"""Loudspeakers: what is said, where, by whose leave, and what became of it at every device."""
