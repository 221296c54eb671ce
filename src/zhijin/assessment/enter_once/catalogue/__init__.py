"""Everything that a cell can be filled from: measures, where they count, and how a cell opens to its records."""

from zhijin.assessment.enter_once.catalogue.answering import answer_all, opened
from zhijin.assessment.enter_once.catalogue.model import (
    Answer,
    Field,
    Measure,
    Opened,
    Record,
    Source,
)
from zhijin.assessment.enter_once.catalogue.registry import (
    candidates,
    find,
    grouped,
    measures,
    register,
    register_source,
    source,
)

__all__ = [
    "Answer",
    "Field",
    "Measure",
    "Opened",
    "Record",
    "Source",
    "answer_all",
    "candidates",
    "find",
    "grouped",
    "measures",
    "opened",
    "register",
    "register_source",
    "source",
]
