"""Makes the cast's accounts, grants and grid posts through the services, as an office would."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from zhijin.access import api as access
from zhijin.access.api import DEMO_PASSWORD, Account
from zhijin.activities.api import DEMO_PROPERTY
from zhijin.core.actor import Actor
from zhijin.core.ids import line_span, place_key
from zhijin.core.roles import ROLES
from zhijin.core.scope import scoped
from zhijin.home.demo.cast import (
    APPLICANT,
    COURT_COUNTY,
    MEMBERS,
    PLANT,
    PLANT_COUNTY,
    RESPONDENT,
    Member,
)
from zhijin.home.demo.registry import Demo
from zhijin.home.wall import demo as walls
from zhijin.orgs import api as orgs
from zhijin.places import api as places

_SYSTEM = Actor.system("demo")


def make(demo: Demo) -> None:
    """Accounts that are not there yet, with what they may do."""
    with scoped(_SYSTEM):
        there = set(Account.objects.values_list("username", flat=True))
        missing = [m for m in MEMBERS if m.username not in there]
        if not missing:
            return
        firms = _firms()
        # One slow hash for all: thirty of them would take as long as everything else.
        password = make_password(DEMO_PASSWORD)
        for member in missing:
            account = access.create_account(
                actor=_SYSTEM, username=member.username, name=member.name, password=None,
                is_program=member.role == "api_client", simulated=True, must_change_password=False,
            )  # fmt: skip
            if not account.is_program:
                Account.objects.filter(pk=account.pk).update(password=password)
            _HOLD[member.via](demo, member, account, firms)
        demo.count("accounts", len(missing))


def _firms() -> dict[str, orgs.Organisation]:
    """The firms of the court's and the plant's shows, registered once."""
    out = {}
    township = places.children(PLANT_COUNTY)[0].code
    for name, code, sector, industry in (
        (APPLICANT, COURT_COUNTY, 7, 120),
        (RESPONDENT, COURT_COUNTY, 7, 122),
        (PLANT, township, 4, 121),
        (DEMO_PROPERTY, "632802002004", 7, 122),
    ):
        found = orgs.visible(_SYSTEM).filter(name=name).first()
        out[name] = found or orgs.register_organisation(
            actor=_SYSTEM, place_code=code, name=name, kind="firm", sector=sector,
            industry=industry, employees=86, members=5, simulated=True,
        )  # fmt: skip
    return out


def _grant(demo: Demo, member: Member, account: Account, firms: object) -> None:
    access.grant_role(
        actor=_SYSTEM, account=account, role=member.role, place_code=member.place, source="demo"
    )
    if member.role == "village_secretary":
        _lead(member, account)


def _lead(member: Member, account: Account) -> None:
    """Let the cast's secretary be the one whom the register names."""
    held = orgs.Appointment.objects.filter(
        place_key=place_key(member.place), post__kind="secretary", valid_to=None
    ).order_by("org_id")
    first = held.first()
    if first is not None:
        orgs.Appointment.objects.filter(id=first.id).update(holder=member.name, account=account)


def _line(demo: Demo, member: Member, account: Account, firms: object) -> None:
    access.grant_role(
        actor=_SYSTEM, account=account, role=member.role, place_code=member.place,
        line=line_span(member.industry, member.place), source="demo",
    )  # fmt: skip
    there = orgs.visible(_SYSTEM).filter(
        kind="agency", industry=member.industry, place_key=place_key(member.place)
    )
    bureau = there.order_by("key").first() or orgs.register_organisation(
        actor=_SYSTEM, place_code=member.place, name=member.org, kind="agency", sector=3,
        industry=member.industry, employees=14, members=9, simulated=True,
    )  # fmt: skip
    _org_grant(member, account, bureau)


def _org(demo: Demo, member: Member, account: Account, firms: dict[str, orgs.Organisation]) -> None:
    _org_grant(member, account, firms[member.org])


def _org_grant(member: Member, account: Account, org: orgs.Organisation) -> None:
    access.grant_role(
        actor=_SYSTEM, account=account, role=member.role, place_code=org.place_code,
        org_key=org.key, source="demo",
    )  # fmt: skip


def _post(demo: Demo, member: Member, account: Account, firms: object) -> None:
    """Appoint to the grid's post (of every grid of the village for the leader)."""
    codes = [member.place]
    if len(member.place) == 12:
        codes = [grid.code for grid in places.subtree(member.place, "grid")]
    for code in codes:
        post = orgs.ensure_post(
            actor=_SYSTEM, kind=member.role, place_code=code, simulated=True,
            seats=orgs.POST_KINDS[member.role].seats,
        )  # fmt: skip
        term = orgs.Term(start=demo.today - timedelta(days=420), how="hired")
        orgs.appoint(
            actor=_SYSTEM, post_id=post.id, holder=member.name, term=term,
            username=member.username, simulated=True,
        )  # fmt: skip


def _unit(demo: Demo, member: Member, account: Account, firms: object) -> None:
    """The secretary of one unit, over that organisation alone."""
    unit = orgs.visible(_SYSTEM).filter(
        name=member.org, place_key=place_key(member.place), valid_to=None
    )
    _org_grant(member, account, unit.get())


_HOLD = {"unit": _unit, "grant": _grant, "line": _line, "org": _org, "post": _post}


def tables() -> dict[str, list[str]]:
    """:func:`table` in both languages: who reads it later may speak another one than who made it."""
    told = {}
    for key, language in (("zh", "zh-hans"), ("en", "en")):
        with override(language):
            told[key] = table()
    return told


def table() -> list[str]:
    """The accounts that exist, as lines to print: the password first."""
    there = set(Account.objects.filter(simulated=True).values_list("username", flat=True))
    if not there:
        return []
    english = (get_language() or "").startswith("en")
    lines = [_("密码都是：{password}").format(password=DEMO_PASSWORD)]
    for member in MEMBERS:
        if member.username in there:
            role = ROLES[member.role]
            title = role.en if english else role.zh
            lines.append(f"{member.username:<12} {member.name} · {title} · {member.what}")
    return [*lines, *walls.lines()]
