"""Runs of an assessment programme, what they computed, and what people add: adjustments, appeals.

A run belongs to one county (``county`` is the six digits that facts are kept by; an organisation of
a prefecture or province is under ``520100`` or ``520000``), so that what happens in one county never
changes another's standing. One computation (:class:`Batch`) makes a run in every county it concerns.

Every row of an organisation repeats the keys that open it, as the organisation was in the period:
place, sector line, industry line, its own. Values and scores are integers; scores in basis points.
"""

from zhijin.assessment.enter_once.models import Filling, Remembered, Saved
from zhijin.assessment.models.months import Month, Watermark
from zhijin.assessment.models.people import Adjustment, Appeal, Manual
from zhijin.assessment.models.results import Evidence, Follow, Mark, Score, Value
from zhijin.assessment.models.runs import Batch, OfOrganisation, Run
from zhijin.assessment.models.simulations import Simulation

__all__ = [
    "Adjustment",
    "Appeal",
    "Batch",
    "Evidence",
    "Filling",
    "Follow",
    "Manual",
    "Mark",
    "Month",
    "OfOrganisation",
    "Remembered",
    "Run",
    "Saved",
    "Score",
    "Simulation",
    "Value",
    "Watermark",
]
