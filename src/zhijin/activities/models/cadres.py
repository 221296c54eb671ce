"""Elections and who was elected, grades of community workers, postings with their logs, county plans, study.

Names stand open here only as they do in the register of public posts; what a make-up is counted from is in people.
"""

from __future__ import annotations

from django.db import models

from zhijin.activities import words
from zhijin.activities.models.base import OfOrganisation


class Election(OfOrganisation):
    """One election that was held. ``due_on`` is when it should have been by; ``number`` is the term's (届次)."""

    RECORD = "election"

    number = models.SmallIntegerField()
    held_on = models.DateField()
    due_on = models.DateField(null=True)
    term_ends = models.DateField()
    electors = models.IntegerField()
    voted = models.IntegerField()
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_election"

    def __str__(self) -> str:
        return self.org_name

    @property
    def turnout(self) -> int:
        return self.voted * 10_000 // self.electors

    @property
    def days_late(self) -> int:
        return max(0, (self.held_on - self.due_on).days) if self.due_on else 0


class ElectionSeat(OfOrganisation):
    """One who was elected. ``fresh``: they did not hold such a post of this organisation before."""

    election_id = models.UUIDField()
    appointment_id = models.UUIDField()
    kind = models.CharField(max_length=24)
    held_on = models.DateField()
    fresh = models.BooleanField()

    class Meta:
        db_table = "activities_election_seat"

    def __str__(self) -> str:
        return self.kind


class ElectionNotice(OfOrganisation):
    """That an election coming due, or overdue, was told: once for each term's end."""

    term_ends = models.DateField()
    overdue = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        db_table = "activities_election_notice"

    def __str__(self) -> str:
        return self.org_name


class WorkerGrade(OfOrganisation):
    """The grade of a community worker from a day on. ``met`` says how each condition stood when it was given."""

    appointment_id = models.UUIDField()
    grade = models.CharField(max_length=24)
    since = models.DateField()
    until = models.DateField(null=True)
    decision = models.CharField(max_length=200)
    met = models.JSONField(default=dict)
    revision_id = models.UUIDField()
    made_by = models.CharField(max_length=64)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_worker_grade"

    def __str__(self) -> str:
        return self.grade


class Posting(OfOrganisation):
    """A cadre whom a unit sent to a village: ``org_key`` is the village's organisation, whose postings are one team."""

    RECORD = "posting"

    appointment_id = models.UUIDField()
    account_id = models.UUIDField(null=True)
    holder = models.CharField(max_length=64)
    first = models.BooleanField()
    from_key = models.BigIntegerField(null=True)
    from_name = models.CharField(max_length=120)
    since = models.DateField()
    until = models.DateField()
    ended_on = models.DateField(null=True)
    ended_why = models.CharField(max_length=120, default="", blank=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_posting"

    def __str__(self) -> str:
        return self.from_name


class WorkLog(OfOrganisation):
    """What a posted cadre did on a day: a text and photos, never a place fix or a clock-in."""

    posting_id = models.UUIDField()
    day = models.DateField()
    kind = models.CharField(max_length=24)
    text = models.CharField(max_length=1000)
    photos = models.JSONField(default=list)
    made_at = models.DateTimeField()
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_work_log"

    def __str__(self) -> str:
        return self.kind


class CountyPlan(OfOrganisation):
    """A county's own plan (一县一方案) for a year: what it is for, and on which decision it rests."""

    RECORD = "county-plan"

    year = models.SmallIntegerField()
    title = models.CharField(max_length=120)
    basis = models.CharField(max_length=200)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_county_plan"

    def __str__(self) -> str:
        return self.title


class PlanMeasure(OfOrganisation):
    """One measure: ``goal`` in whole ``unit``s by ``due``; ``done`` repeats the last progress told."""

    plan_id = models.UUIDField()
    seq = models.SmallIntegerField()
    line = models.CharField(max_length=12, choices=words.PLAN_LINES)
    text = models.CharField(max_length=200)
    lead = models.CharField(max_length=120)
    goal = models.IntegerField()
    unit = models.CharField(max_length=12)
    due = models.DateField()
    done = models.IntegerField(default=0)

    class Meta:
        db_table = "activities_plan_measure"

    def __str__(self) -> str:
        return self.text

    @property
    def rate(self) -> int:
        return min(self.done * 10_000 // self.goal, 10_000)


class PlanProgress(OfOrganisation):
    """How far a measure was, told on a day; a later line stands for what is so now."""

    measure_id = models.UUIDField()
    done = models.IntegerField()
    note = models.CharField(max_length=300)
    at = models.DateTimeField()
    made_by = models.CharField(max_length=64)

    class Meta:
        db_table = "activities_plan_progress"

    def __str__(self) -> str:
        return self.note


class StudySurvey(OfOrganisation):
    """What a village answered before the programme began: cadres, those below college, those who wish to study."""

    year = models.SmallIntegerField()
    cadres = models.SmallIntegerField()
    below = models.SmallIntegerField()
    willing = models.SmallIntegerField()
    wishes = models.CharField(max_length=300, default="", blank=True)
    made_at = models.DateTimeField()
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_study_survey"

    def __str__(self) -> str:
        return self.org_name


class Study(OfOrganisation):
    """A village cadre's study: applied for, recommended by the township, reviewed by the county, enrolled, finished.

    Amounts are fen; ``public_fen`` and ``own_fen`` add up to ``fee_fen`` and stay as they were when enrolled.
    """

    RECORD = "study"

    class State(models.TextChoices):
        APPLIED = "applied", words.STUDY_APPLIED
        RECOMMENDED = "recommended", words.STUDY_RECOMMENDED
        ENROLLED = "enrolled", words.STUDY_ENROLLED
        DECLINED = "declined", words.STUDY_DECLINED
        FINISHED = "finished", words.STUDY_FINISHED
        STOPPED = "stopped", words.STUDY_STOPPED

    appointment_id = models.UUIDField()
    holder = models.CharField(max_length=64)
    year = models.SmallIntegerField()
    school = models.CharField(max_length=80)
    course = models.CharField(max_length=80)
    level = models.SmallIntegerField()
    fee_fen = models.BigIntegerField()
    public_fen = models.BigIntegerField(null=True)
    own_fen = models.BigIntegerField(null=True)
    state = models.CharField(max_length=12, choices=State, default=State.APPLIED)
    applied_at = models.DateTimeField()
    recommended_by = models.CharField(max_length=64, default="", blank=True)
    recommended_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=64, default="", blank=True)
    reviewed_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, default="", blank=True)
    ended_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_study"

    def __str__(self) -> str:
        return self.course


class StudyResult(OfOrganisation):
    """A term's result: courses taken and passed. Never a mark, so that nobody can be ranked by it."""

    study_id = models.UUIDField()
    term = models.CharField(max_length=7)
    taken = models.SmallIntegerField()
    passed = models.SmallIntegerField()
    at = models.DateTimeField()
    made_by = models.CharField(max_length=64)

    class Meta:
        db_table = "activities_study_result"

    def __str__(self) -> str:
        return self.term
