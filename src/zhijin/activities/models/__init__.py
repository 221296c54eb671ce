"""Undertakings and their tasks; events with their parties, sheets and ballots; model units, problems, visits.

Every row repeats the keys that open it (its organisation's place and lines, and the host of the event it belongs
to), so that row-level security needs no join. ``county`` is part of every primary key in the database.
"""

from zhijin.activities.models.base import OfOrganisation
from zhijin.activities.models.cycles import Cycle, CycleStep, Reminder
from zhijin.activities.models.deliberation import (
    Gathering,
    Matter,
    Passage,
    Proposal,
    Remark,
    Seat,
    ServiceItem,
    ServiceRequest,
    Sitting,
    Support,
)
from zhijin.activities.models.events import BallotBox, Event, Party, Question, Sheet, Voter
from zhijin.activities.models.learning import Course, CoursePart, CourseProgress
from zhijin.activities.models.meetings import (
    Attendee,
    Branch,
    Meeting,
    MeetingVote,
    Obligation,
    Resolution,
)
from zhijin.activities.models.undertakings import Progress, Task, Undertaking
from zhijin.activities.models.units import Evidence, ModelUnit, Objection, Problem, Visit

__all__ = [
    "Attendee",
    "BallotBox",
    "Branch",
    "Course",
    "CoursePart",
    "CourseProgress",
    "Cycle",
    "CycleStep",
    "Event",
    "Evidence",
    "Gathering",
    "Matter",
    "Meeting",
    "MeetingVote",
    "ModelUnit",
    "Objection",
    "Obligation",
    "OfOrganisation",
    "Party",
    "Passage",
    "Problem",
    "Progress",
    "Proposal",
    "Question",
    "Remark",
    "Reminder",
    "Resolution",
    "Seat",
    "ServiceItem",
    "ServiceRequest",
    "Sheet",
    "Sitting",
    "Support",
    "Task",
    "Undertaking",
    "Visit",
    "Voter",
]
