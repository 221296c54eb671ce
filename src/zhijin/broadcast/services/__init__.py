"""Writes of the broadcast room, one function per verb."""
