"""The tables of this room."""

from zhijin.home.wall.models import Wall

__all__ = ["Wall"]
