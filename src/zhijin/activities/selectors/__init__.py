"""Reads of this room within the viewer's scope, one module a mechanism; see the modules."""
