"""A whole province's cadres (documents 000 and 001), written in bulk with the facts that recording each would have
left: 32,000 cadres posted to villages; more than 17,800 villages renewed, of whose new secretaries 42.1% are able
earners, 13.1% came back home and 12.2% are graduates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from random import Random
from typing import Any, Final
from uuid import UUID

from zhijin.activities.cadres.demo_figures import SYSTEM, leading, send
from zhijin.activities.cadres.demo_texts import cadre
from zhijin.activities.cadres.elections import noon
from zhijin.activities.models import Election, ElectionSeat, Posting
from zhijin.activities.services.common import keys_of
from zhijin.core import clock, copying
from zhijin.core.facts import NewFact, record_many
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Appointment, Organisation, Post
from zhijin.people.api import Particulars
from zhijin.places import api as places

PROVINCE, POSTED, RENEWED = "52", 32_000, 17_814
#: Of a thousand new secretaries (document 001).
SHARES: Final = {"able_earner": 421, "returnee": 131, "graduate": 122}
_TERM = timedelta(days=5 * 365 + 1)


def make(
    today: date, province: str = PROVINCE, posted: int = POSTED, renewed: int = RENEWED
) -> int:
    """What is missing of both numbers; returns how many records that were."""
    with scoped(SYSTEM):
        villages = leading(province)
        return _renew(villages, province, renewed, today) + _post(villages, posted, today)


def _in(province: str) -> Any:
    return places.within_q(province, "place_key")


def _post(villages: Sequence[Organisation], posted: int, today: date) -> int:
    """A first secretary to each village that has none, and a second cadre to as many as the number asks for."""
    keys = [org.key for org in villages]
    there = Posting.objects.filter(org_key__in=keys, ended_on=None)
    have = set(there.values_list("org_key", flat=True))
    free = [org for org in villages if org.key not in have]
    missing = posted - there.count()
    if missing <= 0 or not free:
        return 0
    base, more = divmod(missing, len(free))
    squads = [(org, base + (at < more)) for at, org in enumerate(free) if base + (at < more)]
    since, made = today.replace(month=1, day=4), 0
    for _county, some in groupby(squads, lambda pair: pair[0].place_code[:6]):
        made += len(send(some, since, since + timedelta(days=730), made))
    return made


# -- 换届 -----------------------------------------------------------------------------------------


@dataclass
class _Rows:
    """What one county's elections leave."""

    elections: list[Election] = field(default_factory=list)
    seats: list[ElectionSeat] = field(default_factory=list)
    held: list[Appointment] = field(default_factory=list)
    known: list[Particulars] = field(default_factory=list)
    left: list[UUID] = field(default_factory=list)


def _renew(villages: Sequence[Organisation], province: str, renewed: int, today: date) -> int:
    there = set(Election.objects.filter(_in(province)).values_list("org_key", flat=True))
    wanted = [org for org in villages if org.key not in there]
    wanted = wanted[: max(0, renewed - len(there))]
    traits = _traits(sum(at % 3 == 0 for at in range(len(wanted))), province)
    at = 0
    for number, (_code, some) in enumerate(groupby(wanted, lambda org: org.place_code[:6])):
        day, rows = today - timedelta(days=number % 55 + 1), _Rows()
        county = list(some)
        posts, before = _secretaries(county)
        for org in county:
            known = traits[at // 3] if at % 3 == 0 else None
            name = cadre(at + 7) if known is not None or org.key not in before else before[org.key].holder  # fmt: skip
            _elect(rows, org, posts[org.key], before.get(org.key), name, day, known)
            at += 1
        _save(rows, county, posts, day)
    return at


def _traits(fresh: int, province: str) -> list[dict[str, bool]]:
    """For each of so many new secretaries what they are, so that with those recorded before the shares come out."""
    seats = ElectionSeat.objects.filter(_in(province), kind="secretary", fresh=True)
    before = Particulars.objects.filter(appointment_id__in=seats.values("appointment_id"))
    order, at = Random("secretaries").sample(range(fresh), fresh), 0
    told = [dict.fromkeys(SHARES, False) for _one in range(fresh)]
    whole = fresh + before.count()
    for trait, share in SHARES.items():
        number = -(-whole * share // 1000) - before.filter(**{trait: True}).count()
        for one in order[at : at + max(0, number)]:
            told[one][trait] = True
        at += max(0, number)
    return told


def _secretaries(county: Sequence[Organisation]) -> tuple[dict[int, Post], dict[int, Appointment]]:
    """The posts of a county's secretaries (set up where there are none) and who holds them, by organisation."""
    keys = [org.key for org in county]
    found = {
        post.org_id: post
        for post in Post.objects.filter(org_id__in=keys, kind="secretary", valid_to=None)
    }
    for org in county:
        if org.key not in found:
            found[org.key] = orgs.create_post(
                actor=SYSTEM, kind="secretary", org_key=org.key, simulated=True
            )
    held = Appointment.objects.filter(post__in=found.values(), valid_to=None)
    return {key or 0: post for key, post in found.items()}, {one.org_id or 0: one for one in held}


def _elect(
    rows: _Rows, org: Organisation, post: Post, before: Appointment | None, name: str, day: date,
    known: dict[str, bool] | None,
) -> None:  # fmt: skip
    """One village's election: who held the post leaves, who was elected begins; ``known`` of those new to it."""
    keys, number = keys_of(org), (before.term_no or 0 if before else 0) + 1
    lines = {"sector_key": org.sector_key, "industry_key": org.industry_key}
    given = Appointment(
        post_id=post.id, org_id=org.key, place_code=org.place_code, place_key=org.place_key, **lines,
        holder=name, how="elected", term_no=number, valid_from=day, term_ends=day + _TERM,
        concurrent=org.key % 3 != 0, simulated=True,
    )  # fmt: skip
    election = Election(
        **keys, number=number, held_on=day, due_on=org.term_ends, term_ends=day + _TERM, electors=30,
        voted=27 + org.key % 4, made_by=SYSTEM.label, made_at=clock.now(), simulated=True,
    )  # fmt: skip
    rows.held.append(given)
    rows.elections.append(election)
    rows.seats.append(ElectionSeat(
        **keys, election_id=election.id, appointment_id=given.id, kind="secretary", held_on=day,
        fresh=known is not None,
    ))  # fmt: skip
    if before is not None:
        rows.left.append(before.id)
    if known is not None:
        rows.known.append(Particulars(
            county=keys["county"], place_key=org.place_key, org_key=org.key, **lines, appointment_id=given.id,
            gender="f" if org.key % 4 == 1 else "m", birth_year=day.year - 29 - org.key % 30,
            education=2 + org.key % 3, party_member=True, **known, changed_at=clock.now(), simulated=True,
        ))  # fmt: skip


def _save(rows: _Rows, county: Sequence[Organisation], posts: dict[int, Post], day: date) -> None:
    Appointment.objects.filter(id__in=rows.left).update(valid_to=day, ended_why="换届")
    for made in (rows.held, rows.elections, rows.seats, rows.known):
        copying.save(made)
    Post.objects.filter(id__in=[post.id for post in posts.values()]).update(held=1)
    keys = [org.key for org in county]
    Organisation.objects.filter(key__in=keys).update(led=True, term_ends=day + _TERM)
    record_many(_facts(rows.elections, rows.seats))


def _facts(elections: Iterable[Election], seats: Iterable[ElectionSeat]) -> Iterator[NewFact]:
    for row, seat in zip(elections, seats, strict=True):
        attrs = {"number": row.number, "turnout": row.turnout, "days_late": row.days_late, "seats": 1,
                 "fresh": int(seat.fresh)}  # fmt: skip
        yield NewFact("activity.election.held", noon(row.held_on), row.place_code, f"org:{row.org_key}", SYSTEM.label,
                      row.record, 1, row.org_key, attrs)  # fmt: skip
