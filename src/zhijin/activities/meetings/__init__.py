"""Organisational life of a branch: what is due when, meetings called, joined, minuted and voted in, study."""
