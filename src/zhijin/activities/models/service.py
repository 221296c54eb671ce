"""Service by members, teams and units: reports to a community (双报到), needs and who took them up, volunteer teams,
thanks, posted duties (设岗定责), household links (党员联户, 1+N) and what was done on them.

What has two sides (whoever serves and the community that is served) carries the keys of both, so that row-level
security opens it to the community's territory, to the organisation, its line and its own territory. There is no
column for where somebody was or when they came.
"""

from __future__ import annotations

from django.db import models

from zhijin.activities import words
from zhijin.activities.models.base import Named, OfOrganisation
from zhijin.core import clock
from zhijin.core.ids import uuid7


class TwoSided(Named):
    """``place_*``: the community that is served. ``org_*`` and lines: whoever serves; ``unit_key``: its place."""

    county = models.IntegerField()
    place_code = models.CharField(max_length=12)
    place_key = models.BigIntegerField()
    org_key = models.BigIntegerField()
    org_name = models.CharField(max_length=120)
    unit_key = models.BigIntegerField()
    sector_key = models.BigIntegerField(null=True)
    industry_key = models.BigIntegerField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        abstract = True

    @property
    def line_keys(self) -> tuple[int, ...]:
        return tuple(key for key in (self.sector_key, self.industry_key) if key is not None)


class CommunityReport(TwoSided):
    """That a unit, or one of its in-service members, reported to a community. ``member_id`` is empty for the unit.

    ``who_id`` is the same for whoever moved to another branch and reported from there: empty where ``member_id`` is.
    """

    RECORD = "community-report"

    class State(models.TextChoices):
        REPORTED = "reported", words.REPORTED
        RECEIVED = "received", words.RECEIVED
        ENDED = "ended", words.REPORT_ENDED

    member_id = models.UUIDField(null=True)
    who_id = models.UUIDField(null=True)
    name_masked = models.CharField(max_length=32, default="", blank=True)
    offers = models.CharField(max_length=120, default="", blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.REPORTED)
    reported_on = models.DateField()
    ended_on = models.DateField(null=True)
    why = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        db_table = "activities_report"

    def __str__(self) -> str:
        return self.name_masked or self.org_name


class Need(OfOrganisation):
    """What a community asks for: what, where, when, how many places. With ``team_id`` it calls one team.

    ``taken`` is changed under the row's lock only, and the database refuses more than ``seats``.
    """

    RECORD = "need"

    class Kind(models.TextChoices):
        CARE = "care", words.CARE
        REPAIR = "repair", words.REPAIR
        TEACH = "teach", words.TEACH
        CLEAN = "clean", words.CLEAN
        SAFETY = "safety", words.SAFETY
        MEDIATE = "mediate", words.MEDIATE
        CULTURE = "culture", words.CULTURE
        OTHER = "other", words.OTHER_NEED

    class State(models.TextChoices):
        OPEN = "open", words.NEED_OPEN
        CANCELLED = "cancelled", words.CANCELLED

    kind = models.CharField(max_length=8, choices=Kind, default=Kind.OTHER)
    title = models.CharField(max_length=60)
    what = models.CharField(max_length=500)
    where = models.CharField(max_length=80)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    seats = models.SmallIntegerField()
    taken = models.SmallIntegerField(default=0)
    team_id = models.UUIDField(null=True)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    why = models.CharField(max_length=120, default="", blank=True)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_need"

    def __str__(self) -> str:
        return self.title

    @property
    def begun(self) -> bool:
        """Whether its time has come: before it, nothing can have been done."""
        return clock.now() >= self.starts_at

    @property
    def free(self) -> int:
        return self.seats - self.taken


class Claim(TwoSided):
    """A need taken up by a member, by a team (``team_id``) or by a unit, for ``people`` of its places.

    ``minutes`` is for each of them, as told when it was done. ``code_blind`` finds the code with which those served
    confirm; the code itself is computed and stored nowhere.
    """

    RECORD = "service"

    class State(models.TextChoices):
        CLAIMED = "claimed", words.CLAIMED
        DONE = "done", words.SERVICE_DONE
        CONFIRMED = "confirmed", words.CONFIRMED
        WITHDRAWN = "withdrawn", words.WITHDRAWN

    class How(models.TextChoices):
        NONE = "", "—"
        CODE = "code", words.BY_SERVED
        ASKER = "asker", words.BY_ASKER
        NAMED = "named", words.BY_NAMED

    need_id = models.UUIDField()
    member_id = models.UUIDField(null=True)
    team_id = models.UUIDField(null=True)
    name_masked = models.CharField(max_length=32, default="", blank=True)
    people = models.SmallIntegerField(default=1)
    state = models.CharField(max_length=9, choices=State, default=State.CLAIMED)
    minutes = models.SmallIntegerField(default=0)
    told = models.CharField(max_length=500, default="", blank=True)
    photos = models.JSONField(default=list)
    why = models.CharField(max_length=120, default="", blank=True)
    claimed_by = models.CharField(max_length=64)
    claimed_at = models.DateTimeField()
    done_by = models.CharField(max_length=64, default="", blank=True)
    done_at = models.DateTimeField(null=True)
    confirmed_how = models.CharField(max_length=5, choices=How, default=How.NONE, blank=True)
    confirmed_by = models.CharField(max_length=64, default="", blank=True)
    confirmed_at = models.DateTimeField(null=True)
    satisfied = models.BooleanField(null=True)
    code_blind = models.BinaryField(max_length=32)

    class Meta:
        db_table = "activities_claim"

    def __str__(self) -> str:
        return self.name_masked or self.org_name

    @property
    def total_minutes(self) -> int:
        return self.minutes * self.people


class Team(OfOrganisation):
    """A volunteer team of an organisation."""

    RECORD = "team"

    name = models.CharField(max_length=60)
    about = models.CharField(max_length=300, default="", blank=True)
    founded_on = models.DateField()
    ended_on = models.DateField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_team"

    def __str__(self) -> str:
        return self.name


class Volunteer(models.Model):
    """A place in a team: a branch's member or a registered resident, whose names stay in their own registers.

    ``guardian_id`` is the adult who signed a minor up.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    org_key = models.BigIntegerField()
    sector_key = models.BigIntegerField(null=True)
    team_id = models.UUIDField()
    member_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    guardian_id = models.UUIDField(null=True)
    name_masked = models.CharField(max_length=32)
    consent_how = models.CharField(max_length=120)
    joined_on = models.DateField()
    left_on = models.DateField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_volunteer"

    def __str__(self) -> str:
        return self.name_masked


class Thanks(TwoSided):
    """A letter of praise for a service, a team or an organisation; it is shown once somebody has read it."""

    RECORD = "thanks"

    class State(models.TextChoices):
        NEW = "new", words.THANKS_NEW
        SHOWN = "shown", words.THANKS_SHOWN
        KEPT = "kept", words.THANKS_KEPT

    team_id = models.UUIDField(null=True)
    claim_id = models.UUIDField(null=True)
    text = models.CharField(max_length=500)
    signed = models.CharField(max_length=32, default="", blank=True)
    state = models.CharField(max_length=5, choices=State, default=State.NEW)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "activities_thanks"

    def __str__(self) -> str:
        return self.text[:40]


class PostedDuty(OfOrganisation):
    """A duty that an ordinary member holds, from when to when (设岗定责)."""

    RECORD = "posted-duty"

    member_id = models.UUIDField()
    name_masked = models.CharField(max_length=32)
    title = models.CharField(max_length=32)
    duties = models.CharField(max_length=300)
    since = models.DateField()
    until = models.DateField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_posted_duty"

    def __str__(self) -> str:
        return self.title


class HouseholdLink(OfOrganisation):
    """Who looks after a household: a member (党员联户), a committee member with several (1+N), or a team together
    (多对一帮扶). ``number`` is the village's own number of the household; no name of anybody in it stands here.

    ``home_key`` is where the household stands: whoever answers for that place reads the link and its visits too.
    """

    RECORD = "household-link"

    class Kind(models.TextChoices):
        LINK = "link", words.LINK
        ONE_N = "one_n", words.ONE_N
        PAIR = "pair", words.PAIR

    kind = models.CharField(max_length=5, choices=Kind)
    member_id = models.UUIDField(null=True)
    team_id = models.UUIDField(null=True)
    name_masked = models.CharField(max_length=60)
    household_id = models.UUIDField()
    home_key = models.BigIntegerField(null=True)
    number = models.CharField(max_length=32)
    since = models.DateField()
    until = models.DateField(null=True)
    why = models.CharField(max_length=120, default="", blank=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_household_link"

    def __str__(self) -> str:
        return f"{self.name_masked} · {self.number}"


class HelpVisit(models.Model):
    """A visit to a linked household, or help given there, by how many people. Never changed afterwards.

    ``home_key``: where the household stood then. ``settles``: what earlier visits left open is done.
    """

    class Kind(models.TextChoices):
        VISIT = "visit", words.HOME_VISIT
        HELP = "help", words.HELP

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    org_key = models.BigIntegerField()
    sector_key = models.BigIntegerField(null=True)
    link_id = models.UUIDField()
    home_key = models.BigIntegerField(null=True)
    team_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=5, choices=Kind)
    on = models.DateField()
    what = models.CharField(max_length=300)
    people = models.SmallIntegerField(default=1)
    open_matter = models.BooleanField(default=False)
    settles = models.BooleanField(default=False)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_help_visit"

    def __str__(self) -> str:
        return self.what[:40]
