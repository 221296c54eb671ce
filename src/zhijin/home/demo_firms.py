"""A demonstration's court and steel works (documents 002 and 001), told as cases through the real services."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from zhijin.cases import api as cases
from zhijin.core import clock
from zhijin.core.actor import Actor, Grant
from zhijin.core.ids import place_span, uuid7
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
from zhijin.home.demo_cases import photo
from zhijin.orgs.api import Organisation

COURT, FAULT = "court-green-channel", "plant-fault"
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Turn:
    """A step: who takes it, how long after the opening, what is answered; papers by field."""

    who: str
    move: str
    after: timedelta
    answers: dict[str, Any] = field(default_factory=dict)
    why: str = ""
    papers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Story:
    """A case: who opens it, when, with what, and its steps. ``told`` is the firm that is told of it."""

    playbook: str
    who: str
    at: datetime
    answers: dict[str, Any]
    turns: tuple[Turn, ...] = ()
    told: str = ""


_MEMBERS: Final = {member.username: member for member in MEMBERS}


def step(demo: Demo) -> None:
    """The demonstration's step: the court's and the works' cases, once."""
    keys = _keys()
    if not {APPLICANT, RESPONDENT, PLANT} <= set(keys) or _there():
        return
    told = [*_court(clock.now()), *_works(clock.now())]
    for story in told:
        _tell(story, keys)
    demo.count("cases", len(told))


def _keys() -> dict[str, int]:
    with scoped(Actor.system("demo")):
        rows = Organisation.objects.filter(
            name__in=[APPLICANT, RESPONDENT, PLANT], kind="firm", valid_to=None
        )
        return dict(rows.values_list("name", "key"))


def _there() -> bool:
    with scoped(Actor.system("demo")):
        return cases.Case.objects.filter(
            playbook__in=[COURT, FAULT], county__in=[int(COURT_COUNTY), int(PLANT_COUNTY)]
        ).exists()


def _court(now: datetime) -> list[Story]:
    """Three applications: one just handed in, one under review, one whose other side asks for a swap."""
    asked = {"applicant": APPLICANT, "respondent": RESPONDENT}
    start = Turn("fating", "start", 5 * HOUR)
    swap = {"swap-offer": ["guarantee"], "swap-value": "860000.00", "released": "两条贴片生产线"}
    return [
        Story(COURT, "qiye", now - 2 * HOUR, {
            **asked, "size": "small", "amount": "320000.00", "grounds": "货款到期未付，对方正在变卖设备。（演示）",
        }),
        Story(COURT, "qiye", now - 2 * DAY, {
            **asked, "size": "micro", "amount": "95000.00", "grounds": "加工费拖欠半年，请求冻结账户。（演示）",
        }, (start,)),
        Story(COURT, "qiye", now - 6 * DAY, {
            **asked, "size": "small", "amount": "860000.00", "grounds": "买卖合同纠纷，请求查封生产设备。（演示）",
        }, (
            start,
            Turn("fating", "rule", 2 * DAY, papers=("ruling",)),
            Turn("duifang", "ask-swap", 5 * DAY + 20 * HOUR, swap, "设备查封后订单无法交付，愿以保函置换。"),
        ), told=RESPONDENT),
    ]  # fmt: skip


def _works(now: datetime) -> list[Story]:
    """The call at a quarter past three that was over within the hour, and one that has just come in."""
    night = clock.local(now).replace(hour=3, minute=15, second=0, microsecond=0)
    if night + 6 * HOUR > now:
        night -= DAY
    back = _typed(night + 53 * MINUTE)
    return [
        Story(FAULT, "banzhang", night, {
            "equipment": "furnace", "stopped-at": _typed(night - 2 * MINUTE), "stops-line": True,
            "what": "电炉电极升降失灵，炉子停了。（演示）",
        }, (
            Turn("gongcheng", "repairing", 6 * MINUTE),
            Turn("gongcheng", "restored", 53 * MINUTE, {"restored-at": back, "cause": "hydraulic"}),
            Turn("chejian", "accept", 5 * HOUR),
        )),
        Story(FAULT, "banzhang", now - 4 * MINUTE, {
            "equipment": "crane", "stopped-at": _typed(now - 5 * MINUTE),
            "what": "二号行车大车走不动，有异响。（演示）",
        }),
    ]  # fmt: skip


def _typed(moment: datetime) -> str:
    """A moment as a form has it: wall time to the minute."""
    return clock.local(moment).replace(tzinfo=None).isoformat(timespec="minutes")


def _tell(story: Story, keys: dict[str, int]) -> None:
    opener = _MEMBERS[story.who]
    report = cases.Report(
        playbook=story.playbook, channel="desk", key=str(uuid7()), place_code=opener.place,
        answers=story.answers, org_key=keys[opener.org], org_name=opener.org, simulated=True,
    )  # fmt: skip
    with clock.freeze(story.at):
        opened = cases.open_case(actor=_actor(opener, keys), report=report, opener=opener.role)
    rng = random.Random(story.playbook)
    for turn in story.turns:
        with clock.freeze(story.at + turn.after):
            cases.sweep_all()
            cases.move(
                actor=_actor(_MEMBERS[turn.who], keys), case_id=opened.case_id, move_id=turn.move,
                data=turn.answers, why=turn.why,
                photos={name: [photo(rng.randint(1, 12))] for name in turn.papers},
            )  # fmt: skip
            if story.told and turn.papers:
                court = _actor(_MEMBERS[turn.who], keys)
                cases.join(actor=court, case_id=opened.case_id, org_key=keys[story.told])


def _actor(member: Member, keys: dict[str, int]) -> Actor:
    lo, hi = place_span(member.place)
    org = keys[member.org] if member.org else None
    grant = Grant(member.role, member.place, lo, hi, org_key=org)
    return Actor("account", f"demo-{member.username}", member.name, (grant,))
