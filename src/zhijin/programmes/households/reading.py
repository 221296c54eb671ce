"""One file for a household (一户一档, document 002: 122 tobacco-curing households in 11 townships).

A household has a file when a device is fitted there or somebody looks after it. The file is put together from the
rooms' own records under the reader's own rights; it holds the village's number of the household and no name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from zhijin.activities import api as activities
from zhijin.activities.api import HelpVisit, HouseholdLink
from zhijin.cases import api as cases
from zhijin.cases.api import CaseView
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import place_span
from zhijin.core.models import Fact
from zhijin.core.scope import scope_q
from zhijin.people import api as people
from zhijin.people.api import Household
from zhijin.places import api as places
from zhijin.sensing import api as sensing
from zhijin.sensing.api import Alarm, DeviceView

#: The fact that ties a matter which people reported to its household; a device's alarm names its device.
WARNED: Final = "household.warned"
#: Households of one list; a township has fewer that are looked after.
MOST: Final = 2000
TOWNSHIP: Final = 9


@dataclass
class Line:
    """One household in the list."""

    home: Household
    place: str = ""
    links: list[HouseholdLink] = field(default_factory=list)
    meters: list[DeviceView] = field(default_factory=list)
    visits: int = 0
    last: Any = None
    open_cases: int = 0
    ended_cases: int = 0

    @property
    def warnings(self) -> int:
        return self.open_cases + self.ended_cases


@dataclass
class Sum:
    """A place's households together."""

    code: str = ""
    name: str = ""
    households: int = 0
    visited: int = 0
    visits: int = 0
    open_cases: int = 0
    ended_cases: int = 0

    def add(self, line: Line) -> None:
        self.households += 1
        self.visited += bool(line.visits)
        self.visits += line.visits
        self.open_cases += line.open_cases
        self.ended_cases += line.ended_cases


def _year() -> datetime:
    return datetime.combine(clock.today().replace(month=1, day=1), time(0), clock.TZ)


def lines(actor: Actor, place: str = "") -> list[Line]:
    """The households that have a file, in the order of places, with this year's figures; nine statements."""
    links, meters = _by_home(activities.household_links(actor)), _meters(actor)
    rows = people.visible_households(actor).filter(id__in={*links, *meters}, valid_to=None)
    if place:
        lo, hi = place_span(place)
        rows = rows.filter(place_key__gte=lo, place_key__lt=hi)
    found = {home.id: Line(home) for home in rows.order_by("place_key", "number", "id")[:MOST]}
    if not found:
        return []
    told = activities.visits_since(
        (link.id for pk in found for link in links.get(pk, ())), _year().date()
    )
    opened = _opened(actor, found, {pk: meters.get(pk, []) for pk in found})
    named = places.get_many({code for line in found.values() for code in _codes(line.home)})
    for pk, line in found.items():
        line.links, line.meters = links.get(pk, []), meters.get(pk, [])
        line.place = named[line.home.place_code].short if line.home.place_code in named else ""
        for link in line.links:
            n, last = told.get(link.id, (0, None))
            line.visits += n
            line.last = max(filter(None, (line.last, last)), default=None)
        for is_open in opened.get(pk, ()):
            line.open_cases += is_open
            line.ended_cases += not is_open
    return list(found.values())


def _codes(home: Household) -> tuple[str, str]:
    return home.place_code, home.place_code[:TOWNSHIP]


def _by_home(rows: Iterable[HouseholdLink]) -> dict[UUID, list[HouseholdLink]]:
    found: dict[UUID, list[HouseholdLink]] = defaultdict(list)
    for row in rows:
        found[row.household_id].append(row)
    return found


def _meters(actor: Actor) -> dict[UUID, list[DeviceView]]:
    found: dict[UUID, list[DeviceView]] = defaultdict(list)
    for view in sensing.household_devices(actor):
        if view.device.household is not None:
            found[view.device.household].append(view)
    return found


def _opened(
    actor: Actor, homes: dict[UUID, Line], meters: dict[UUID, list[DeviceView]]
) -> dict[UUID, list[bool]]:
    """Of each household, whether each matter of this year is still open."""
    device_of = {view.id: pk for pk, views in meters.items() for view in views}
    tied: dict[UUID, UUID] = {}
    for alarm in sensing.alarms_of(actor, device_of, _year()):
        if alarm.case_id is not None:
            tied[alarm.case_id] = device_of[alarm.device_id]
    spans = [line.home.place_key for line in homes.values()]
    facts = _facts(actor).filter(
        place_key__gte=min(spans), place_key__lte=max(spans), at__gte=_year()
    )
    for subject, record in facts.values_list("subject", "record"):
        pk = UUID(subject.partition(":")[2])
        if pk in homes:
            tied[UUID(record.partition(":")[2])] = pk
    found: dict[UUID, list[bool]] = defaultdict(list)
    for case_id, is_open in cases.are_open(actor, tied).items():
        found[tied[case_id]].append(is_open)
    return found


def _facts(actor: Actor) -> Any:
    return Fact.objects.filter(scope_q(actor, "place_key"), kind=WARNED)


def sums(found: Iterable[Line]) -> list[Sum]:
    """By township, in the order of codes; one statement."""
    rows: dict[str, Sum] = {}
    for line in found:
        code = line.home.place_code[:TOWNSHIP]
        rows.setdefault(code, Sum(code)).add(line)
    named = places.get_many(rows)
    for code, row in rows.items():
        row.name = places.short_name(named[code].name) if code in named else code
    return [rows[code] for code in sorted(rows)]


def total(rows: Iterable[Line]) -> Sum:
    """All of them together."""
    whole = Sum()
    for line in rows:
        whole.add(line)
    return whole


# -- one file -----------------------------------------------------------------------------------


@dataclass
class File:
    """Everything of one household. ``warnings``: when, what was seen, the matter that came of it."""

    home: Household
    place: str
    links: list[HouseholdLink]
    meters: list[DeviceView]
    warnings: list[tuple[datetime, Alarm | None, CaseView | None]]
    visits: list[HelpVisit]


def household(actor: Actor, pk: UUID) -> Household:
    """A household in sight. Raises CO404."""
    found = people.visible_households(actor).filter(id=pk, valid_to=None).first()
    if found is None:
        raise NOT_FOUND()
    return found


def file_of(actor: Actor, home: Household) -> File:
    """One household's file; eight statements beside those of its charts."""
    links = list(activities.household_links(actor).filter(household_id=home.id))
    meters = sensing.household_devices(actor, home.id)
    alarms = sensing.alarms_of(actor, [view.id for view in meters])
    told = _facts(actor).filter(
        Q(subject=f"household:{home.id}"), place_key=home.place_key
    ).values_list("at", "record")  # fmt: skip
    ours = {UUID(record.partition(":")[2]): at for at, record in told}
    views = cases.by_ids(actor, {*ours, *(a.case_id for a in alarms if a.case_id is not None)})
    warnings: list[tuple[datetime, Alarm | None, CaseView | None]] = [
        (alarm.at, alarm, views.get(alarm.case_id) if alarm.case_id else None) for alarm in alarms
    ]
    warnings += [(at, None, views.get(pk)) for pk, at in ours.items()]
    warnings.sort(key=lambda one: one[0], reverse=True)
    return File(
        home, places.label(home.place_code, skip=4), links, meters, warnings,
        activities.visits_of_links([link.id for link in links]),
    )  # fmt: skip
