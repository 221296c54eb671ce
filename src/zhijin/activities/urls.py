"""Addresses of this room."""

portal: list[object] = []
desk: list[object] = []
