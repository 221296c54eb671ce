"""Telling other systems what happened: signed, minimal, with retries."""
