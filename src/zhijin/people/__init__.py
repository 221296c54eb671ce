"""Residents and households, kept under seal and shown masked. Knows places and organisations below it."""
