"""The tables of the ledger: books, points, the shop, the lists."""

from zhijin.ledger.models.books import Account, Book, Closing, ClosingLine, Entry, Transfer
from zhijin.ledger.models.lists import Listing
from zhijin.ledger.models.points import Appeal, Award, Card, Sweep
from zhijin.ledger.models.shop import Item, Redemption, StockMove

__all__ = [
    "Account",
    "Appeal",
    "Award",
    "Book",
    "Card",
    "Closing",
    "ClosingLine",
    "Entry",
    "Item",
    "Listing",
    "Redemption",
    "StockMove",
    "Sweep",
    "Transfer",
]
