"""What other rooms may use of programmes."""

from zhijin.programmes.selectors import Item, board, notices, unread_count

__all__ = ["Item", "board", "notices", "unread_count"]
