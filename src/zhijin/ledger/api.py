"""What other rooms may use of the ledger."""

from zhijin.ledger.models import Account, Book, Closing, Transfer
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
    "open_account",
    "open_book",
    "own_account",
    "post",
    "reverse",
    "statement",
    "transfer",
]
