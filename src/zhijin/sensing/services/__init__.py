"""Writes of the sensing room, one function per verb."""
