"""Writes of this room, one module a mechanism; see the modules."""
