"""What other rooms may use of programmes."""

from zhijin.programmes.households.demo import make as make_demo_households
from zhijin.programmes.selectors import Item, board, notices, unread_count

__all__ = ["Item", "board", "make_demo_households", "notices", "unread_count"]
