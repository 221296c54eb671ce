"""The demonstration's deliberation, simulated on real places: 四议两公开 of 大耆老村, the 星火夜话 of 小坡村
(document 000), the council hall and the four service lists of 乌兰路社区 (红方寸, document 004)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from zhijin.activities.deliberation import balloting, proposing, serving, stepping
from zhijin.activities.deliberation import demo_texts as texts
from zhijin.activities.deliberation.balloting import Call
from zhijin.activities.deliberation.proposing import Draft
from zhijin.activities.deliberation.serving import Ask, Item
from zhijin.activities.models import Gathering, Matter, Proposal, ServiceItem, ServiceRequest
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.places import api as places

SYSTEM = Actor("system", "demo", "演示主持人")


def make(today: date) -> int:
    """Everything, each part once and wholly; returns how many proposals, matters and requests there are."""
    parts: tuple[tuple[str, Any, Callable[[date], None]], ...] = (
        (texts.VILLAGE, Proposal, _proposals),
        (texts.VILLAGE, Matter, _village),
        (texts.YARD, Gathering, _nights),
        (texts.COMMUNITY, Matter, _council),
        (texts.COMMUNITY, ServiceItem, _services),
    )
    for place, model, part in parts:
        with scoped(SYSTEM):
            if (
                places.known(place)
                and not model.objects.filter(place_code=place, simulated=True).exists()
            ):
                part(today)
    with scoped(SYSTEM):
        models: tuple[Any, ...] = (Proposal, Matter, ServiceRequest)
        return sum(model.objects.filter(simulated=True).count() for model in models)


def _at(day: date, hour: int = 20) -> Any:
    return clock.freeze(datetime.combine(day, time(hour, 0), clock.TZ))


def _do(service: Any, **arguments: Any) -> Any:
    with scoped(SYSTEM):
        return service(actor=SYSTEM, **arguments)


def _proposals(today: date) -> None:
    made = []
    for at, (title, text, by, supporters) in enumerate(texts.PROPOSALS):
        with _at(today - timedelta(days=26 - 4 * at)):
            row = _do(
                proposing.enter,
                place_code=texts.VILLAGE,
                draft=Draft(title, text, by),
                simulated=True,
            )
            made.append(row.id)
            for number in range(supporters):
                proposing.support(
                    who=hashlib.sha256(f"{at}:{number}".encode()).hexdigest(), proposal_id=row.id
                )
    with _at(today - timedelta(days=9)):
        for at, said, official in texts.REMARKS:
            if official:
                _do(proposing.reply, proposal_id=made[at], said=said)
            else:
                proposing.remark(proposal_id=made[at], said=said)
        _do(proposing.answer, proposal_id=made[3], said=texts.ANSWER)


def _begin(
    place: str, line: str, what: tuple[str, str, tuple[str, ...]], proposal: Any = None
) -> Matter:
    draft = stepping.Draft(line, *what)
    found: Matter = _do(
        stepping.begin, place_code=place, draft=draft, proposal_id=proposal, simulated=True
    )
    return found


def _sit(
    matter: Matter, roll: tuple[str, ...], away: int = 1, against: int = 0, secret: bool = False
) -> None:
    """One sitting at which all but ``away`` voted, ``against`` of them with no."""
    wanted = Call(clock.now(), roll, secret, "村委会会议室")
    sitting, slips = _do(balloting.call, matter_id=matter.id, wanted=wanted)
    _do(balloting.open_vote, sitting_id=sitting.id)
    for at, slip in enumerate(slips[: len(slips) - away]):
        balloting.cast(code=slip.code, choice="no" if at < against else "yes")
    _do(balloting.count, sitting_id=sitting.id, opinion=texts.OPINION if secret else "")


def _village(today: date) -> None:
    """One matter carried out, one before the representatives' vote, one at its second step."""
    bodies = (texts.BRANCH, texts.BOTH, texts.MEMBERS, texts.REPRESENTATIVES)
    road = None
    for at, roll in enumerate(bodies):
        with _at(today - timedelta(days=70 - 3 * at)):
            road = road or _begin(texts.VILLAGE, "four-two", texts.ROAD)
            _sit(road, roll, away=2 if at == 3 else 1, against=2 if at == 3 else 0, secret=at == 3)
    assert road is not None
    with scoped(SYSTEM):
        asked = Proposal.objects.filter(
            place_code=texts.VILLAGE, simulated=True, title=texts.PROPOSALS[0][0]
        ).first()
    lamps = None
    for at, roll in enumerate(bodies[:3]):
        with _at(today - timedelta(days=12 - 3 * at)):
            lamps = lamps or _begin(
                texts.VILLAGE, "four-two", texts.LAMPS, asked.id if asked else None
            )
            _sit(lamps, roll)
    with _at(today - timedelta(days=4)):
        _sit(_begin(texts.VILLAGE, "four-two", texts.DIVIDEND), texts.BRANCH)


def _month(today: date, back: int) -> date:
    """The 20th of the month ``back`` months ago."""
    number = today.year * 12 + today.month - 1 - back
    return date(number // 12, number % 12 + 1, 20)


def evenings(today: date) -> tuple[list[date], date]:
    """The 20ths of the last months, oldest first, and the next one, which is today or later."""
    over = today.day > 20
    return [_month(today, back - over) for back in range(len(texts.NIGHTS), 0, -1)], _month(
        today, -over
    )


def _nights(today: date) -> None:
    """An evening in the yard each month with what was suggested; the next one is called."""
    days, coming = evenings(today)
    for back, day in zip(range(len(days), 0, -1), days, strict=True):
        with _at(day, 22):
            starts = datetime.combine(day, time(19, 30), clock.TZ)
            meeting = _gather(day, starts)
            for title, by in texts.NIGHTS[back - 1]:
                row = _do(
                    proposing.enter, place_code=texts.YARD, gathering_id=meeting.id, simulated=True,
                    draft=Draft(title, f"{by}在夜话上提出：{title}。", by),
                )  # fmt: skip
                if back > 1:
                    _do(proposing.answer, proposal_id=row.id, said="当场认领，下月夜话上回话。")
            _do(
                proposing.held,
                gathering_id=meeting.id,
                came=38 + 5 * (back % 4),
                notes=texts.NIGHT_NOTES,
            )
    with _at(today, 8):
        _gather(coming, datetime.combine(coming, time(19, 30), clock.TZ))


def _gather(day: date, starts: datetime) -> Any:
    return _do(
        proposing.gather, place_code=texts.YARD, kind="yard", title=f"{day.month}月星火夜话", starts_at=starts,
        place="小坡村文化广场", simulated=True,
    )  # fmt: skip


def _council(today: date) -> None:
    """One matter that the council has decided, and one that it is about to."""
    with _at(today - timedelta(days=16)):
        _sit(_begin(texts.COMMUNITY, "council", texts.CHARGE), texts.COUNCIL, away=0, against=1)
    with _at(today - timedelta(days=2)):
        _begin(texts.COMMUNITY, "council", texts.PARKING)


def _providers() -> dict[str, int]:
    """The organisations that provide, registered once; names that say that they are examples."""
    out = {}
    kinds = {
        texts.FIRM: "firm",
        texts.OWNERS: "owners_committee",
        texts.BUREAU: "agency",
        texts.TEAM: "social_org",
    }
    for name, kind in kinds.items():
        with scoped(SYSTEM):
            found = orgs.visible(SYSTEM).filter(name=name, valid_to=None).first()
        out[name] = found.key if found else _do(
            orgs.register_organisation, place_code=texts.COMMUNITY, name=name, kind=kind, sector=2, industry=None,
            employees=0, members=0, simulated=True,
        ).key  # fmt: skip
    return out


def _services(today: date) -> None:
    """The four lists, and requests of the last weeks: most in time, one late, one overdue now."""
    providers = _providers()
    for kind, title, about, provider, workdays in texts.SERVICES:
        item = Item(kind, title, about, providers[provider], workdays)
        _do(serving.offer, place_code=texts.COMMUNITY, item=item, simulated=True)
    with scoped(SYSTEM):
        items = {
            row.title: row.id for row in ServiceItem.objects.filter(place_code=texts.COMMUNITY)
        }
    for title, said, ago, took, satisfied in texts.ASKED:
        day = today - timedelta(days=ago)
        with _at(day, 9):
            code = serving.ask(
                item_id=items[title], wanted=Ask(said, "演示地址"), key=str(uuid4()), simulated=True
            )
            with scoped(SYSTEM):
                row = serving.by_code(code)
        if took is None:
            continue
        with _at(day + timedelta(days=took), 16):
            _do(serving.answer, request_id=row.id, said="已办好，现场看过。", done=True)
            if satisfied is not None:
                serving.confirm(code=code, satisfied=satisfied)
