"""Accounts, sign-in, grants and what they let one see. Knows no business record."""
