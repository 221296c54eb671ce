"""Django's PostgreSQL backend, which finds out for nothing whether a kept connection still lives."""
