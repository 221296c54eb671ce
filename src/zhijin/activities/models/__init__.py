"""Undertakings and their tasks; events with their parties, sheets and ballots; model units, problems, visits; meetings,
courses; service to communities.

Every row repeats the keys that open it (its organisation's place and lines, and the host of the event it belongs
to), so that row-level security needs no join. ``county`` is part of every primary key in the database.
"""

from zhijin.activities.models.base import OfOrganisation
from zhijin.activities.models.cadres import (
    CountyPlan,
    Election,
    ElectionNotice,
    ElectionSeat,
    PlanMeasure,
    PlanProgress,
    Posting,
    Study,
    StudyResult,
    StudySurvey,
    WorkerGrade,
    WorkLog,
)
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
from zhijin.activities.models.practice import Show, Work
from zhijin.activities.models.proxies import Proxy, ProxyConsent, ProxyPaper, ProxyStep
from zhijin.activities.models.service import (
    Claim,
    CommunityReport,
    HelpVisit,
    HouseholdLink,
    Need,
    PostedDuty,
    Team,
    Thanks,
    TwoSided,
    Volunteer,
)
from zhijin.activities.models.undertakings import Progress, Task, Undertaking
from zhijin.activities.models.units import Evidence, ModelUnit, Objection, Problem, Visit

__all__ = [
    "Attendee",
    "BallotBox",
    "Branch",
    "Claim",
    "CommunityReport",
    "CountyPlan",
    "Course",
    "CoursePart",
    "CourseProgress",
    "Cycle",
    "CycleStep",
    "Election",
    "ElectionNotice",
    "ElectionSeat",
    "Event",
    "Evidence",
    "Gathering",
    "HelpVisit",
    "HouseholdLink",
    "Matter",
    "Meeting",
    "MeetingVote",
    "ModelUnit",
    "Need",
    "Objection",
    "Obligation",
    "OfOrganisation",
    "Party",
    "Passage",
    "PlanMeasure",
    "PlanProgress",
    "PostedDuty",
    "Posting",
    "Problem",
    "Progress",
    "Proposal",
    "Proxy",
    "ProxyConsent",
    "ProxyPaper",
    "ProxyStep",
    "Question",
    "Remark",
    "Reminder",
    "Resolution",
    "Seat",
    "ServiceItem",
    "ServiceRequest",
    "Sheet",
    "Show",
    "Sitting",
    "Study",
    "StudyResult",
    "StudySurvey",
    "Support",
    "Task",
    "Team",
    "Thanks",
    "TwoSided",
    "Undertaking",
    "Visit",
    "Volunteer",
    "Voter",
    "Work",
    "WorkLog",
    "WorkerGrade",
]
