"""What other rooms may use of disclosure."""

from zhijin.disclosure.catalogue import BOARDS
from zhijin.disclosure.deciding import approve, supervise
from zhijin.disclosure.demo import make as make_demo
from zhijin.disclosure.documents import Draft, submit, write
from zhijin.disclosure.duties import Item, calendar_of, calendars_of
from zhijin.disclosure.producing import produce
from zhijin.disclosure.questions import answer, ask
from zhijin.disclosure.selectors import board, counts, publishing

__all__ = [
    "BOARDS",
    "Draft",
    "Item",
    "answer",
    "approve",
    "ask",
    "board",
    "calendar_of",
    "calendars_of",
    "counts",
    "make_demo",
    "produce",
    "publishing",
    "submit",
    "supervise",
    "write",
]
