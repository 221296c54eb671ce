"""Civilisation practice: works, shows, councils."""
