"""The engine of points programmes: reads the rules from one file, checks them, reckons with them. Plain Python."""

from zhijin.ledger.rules.deciding import Decision, decide, matches, period
from zhijin.ledger.rules.loading import FORMAT, load, load_file
from zhijin.ledger.rules.model import DEED, Points, Rule
from zhijin.ledger.rules.sources import Source, sources
from zhijin.ledger.rules.telling import explain, told

__all__ = [
    "DEED",
    "FORMAT",
    "Decision",
    "Points",
    "Rule",
    "Source",
    "decide",
    "explain",
    "load",
    "load_file",
    "matches",
    "period",
    "sources",
    "told",
]
