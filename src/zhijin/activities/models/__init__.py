"""Undertakings and their tasks; events with their parties, sheets and ballots; model units, problems, visits.

Every row repeats the keys that open it (its organisation's place and lines, and the host of the event it belongs
to), so that row-level security needs no join. ``county`` is part of every primary key in the database.
"""

from zhijin.activities.models.base import OfOrganisation
from zhijin.activities.models.cycles import Cycle, CycleStep, Reminder
from zhijin.activities.models.events import BallotBox, Event, Party, Question, Sheet, Voter
from zhijin.activities.models.undertakings import Progress, Task, Undertaking
from zhijin.activities.models.units import Evidence, ModelUnit, Objection, Problem, Visit

__all__ = [
    "BallotBox",
    "Cycle",
    "CycleStep",
    "Event",
    "Evidence",
    "ModelUnit",
    "Objection",
    "OfOrganisation",
    "Party",
    "Problem",
    "Progress",
    "Question",
    "Reminder",
    "Sheet",
    "Task",
    "Undertaking",
    "Visit",
    "Voter",
]
