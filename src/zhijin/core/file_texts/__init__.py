"""What stands in stored files, and what of it may be personal. Knows no room; parses in a process of its own."""

from zhijin.core.file_texts.looking import Blind, Look, Piece, look, looks

__all__ = ["Blind", "Look", "Piece", "look", "looks"]
