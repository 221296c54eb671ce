"""What other rooms may use of the ledger."""

from zhijin.ledger.demo import make as make_demo
from zhijin.ledger.models import Account, Book, Closing, Transfer
from zhijin.ledger.naming import kind_title
from zhijin.ledger.points.claims import provide_record_of
from zhijin.ledger.posting import Leg, Posted, post, reverse
from zhijin.ledger.selectors import (
    Line,
    Statement,
    accounts,
    balance,
    book,
    books,
    statement,
    transfer,
)
from zhijin.ledger.services import (
    ISSUE,
    SPENT,
    account_of,
    close_account,
    close_period,
    open_account,
    open_book,
    own_account,
)

__all__ = [
    "ISSUE",
    "SPENT",
    "Account",
    "Book",
    "Closing",
    "Leg",
    "Line",
    "Posted",
    "Statement",
    "Transfer",
    "account_of",
    "accounts",
    "balance",
    "book",
    "books",
    "close_account",
    "close_period",
    "kind_title",
    "make_demo",
    "open_account",
    "open_book",
    "own_account",
    "post",
    "provide_record_of",
    "reverse",
    "statement",
    "transfer",
]
