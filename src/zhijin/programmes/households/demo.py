"""The demonstration's household files, simulated on real places: the power service team of 平塘县 looks after 122
tobacco-curing households in all 11 townships (document 002). No name of anybody is made up: a file has none."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from zhijin.activities import api as activities
from zhijin.activities.api import HouseholdLink, Linking, Visited
from zhijin.cases import api as cases
from zhijin.core import clock
from zhijin.core.actor import Actor, Grant
from zhijin.core.ids import place_span
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.people import api as people
from zhijin.people.api import Household
from zhijin.places import api as places
from zhijin.sensing import api as sensing
from zhijin.sensing.api import Alarm, Device

COUNTY: Final = "522727"
TOWNSHIPS, HOUSEHOLDS = 11, 122
BRANCH: Final = "平塘县供电局党支部"
TEAM: Final = ("供电党员服务队", "烤烟季保供电：一户一档，一对一走访，盯住低电压和过负荷")
TEAM_HAND: Final = Actor("system", "demo-power", "演示供电服务队")
SEEN: Final = (
    ("visit", "查看烤房线路和漏电保护器，接头无发热。"),
    ("help", "换下老化的进户线，紧固接线端子。"),
    ("visit", "讲错峰烘烤和用电安全，留下联系卡。"),
    ("help", "调整三相接线，烤房风机起动正常。"),
    ("visit", "量电压、核对电表，读数与平台一致。"),
)
#: How the newest evenings went: days ago, what was low or high, what was done (nothing: still on the way).
EVENINGS: Final = (
    (6, "low", "tap"), (6, "load", "stagger"), (5, "low", "balance"), (5, "low", "repair"),
    (4, "load", "capacity"), (3, "low", "tap"), (3, "load", "stagger"), (2, "low", "balance"),
    (1, "low", ""),
)  # fmt: skip


def make(today: date, seed: int) -> int:
    """Everything, once; returns how many households have a file."""
    with scoped(TEAM_HAND):
        branch = orgs.Organisation.objects.filter(
            name=BRANCH, simulated=True, valid_to=None
        ).first()
        townships = places.children(COUNTY) if places.known(COUNTY) else []
        if branch is None or len(townships) < TOWNSHIPS or _there(branch.key):
            return 0
    rng = random.Random(f"{seed} power")
    with _at(today - timedelta(days=120)), scoped(TEAM_HAND):
        homes = _homes([one.code for one in townships[:TOWNSHIPS]])
        links = _taken_on(branch.key, homes)
        meters = [_meter(home) for home in homes]
    with scoped(TEAM_HAND):
        _visits(links, today, rng)
    _read(meters, today, rng)
    return len(homes)


def _there(org_key: int) -> bool:
    return activities.HouseholdLink.objects.filter(org_key=org_key, simulated=True).exists()


def _at(day: date, hour: int = 9, minute: int = 0) -> Any:
    return clock.freeze(datetime.combine(day, time(hour, minute), clock.TZ))


def _homes(townships: list[str]) -> list[Household]:
    """The households, shared out over the first two villages of every township."""
    villages = [one.code for code in townships for one in places.children(code)[:2]]
    numbers: Counter[str] = Counter()
    made = []
    for at in range(HOUSEHOLDS):
        code = villages[at % len(villages)]
        numbers[code] += 1
        made.append(
            people.register_household(
                actor=TEAM_HAND, place_code=code, number=f"烤{numbers[code]:02d}", simulated=True
            )
        )
    return made


def _taken_on(org_key: int, homes: list[Household]) -> list[HouseholdLink]:
    team = activities.found_team(
        actor=TEAM_HAND, org_key=org_key, name=TEAM[0], about=TEAM[1], simulated=True
    )
    return [
        activities.link_household(
            actor=TEAM_HAND, org_key=org_key, wanted=Linking("pair", home.id, team_id=team.id), simulated=True
        )
        for home in homes
    ]  # fmt: skip


def _meter(home: Household) -> Device:
    # Nobody speaks for it after today, and 122 faults the next morning would tell nothing.
    entry = sensing.Entry(
        "power", f"{home.number} 号烤房电表", home.place_code, household=home.id, serves=1, model="模拟",
        beat=0, simulated=True,
    )  # fmt: skip
    return sensing.register(actor=TEAM_HAND, entry=entry)[0]


def _visits(links: list[HouseholdLink], today: date, rng: random.Random) -> None:
    """Every household was visited once or more since the curing began."""
    for at, link in enumerate(links):
        for turn in range(1 + at % 3 // 2):
            kind, what = SEEN[(at + turn) % len(SEEN)]
            day = max(link.since, today - timedelta(days=110 - 40 * turn - rng.randrange(30)))
            activities.visit_household(
                actor=TEAM_HAND,
                link_id=link.id,
                visited=Visited(kind, what, day, 2),
                simulated=True,
            )


def _read(meters: list[Device], today: date, rng: random.Random) -> None:
    """Warnings of the last evenings and what came of them; then a day of readings of every meter."""
    seqs: Counter[str] = Counter()

    def told(device: Device, ago: int, voltage: int, load: int) -> tuple[str, dict[str, Any]]:
        seqs[device.code] += 1
        measures = {"kind": "power", "voltage": voltage, "load": load, "battery": 90}
        return device.code, {"seq": seqs[device.code], "ago": ago, **measures}

    def bad(device: Device, what: str) -> list[tuple[str, dict[str, Any]]]:
        """Three readings within a quarter of an hour."""
        low, high = (
            (rng.randrange(1840, 1940), 88) if what == "low" else (2110, rng.randrange(104, 128))
        )
        return [told(device, ago, low + ago, high) for ago in (12, 7, 2)]

    for number, (days, what, done) in enumerate(EVENINGS):
        meter = meters[7 + 11 * number]
        day = today - timedelta(days=days)
        with _at(day, 20, 5 + number):
            sensing.speak_demo(bad(meter, what))
        _handled(meter, day, done)
    quiet = [
        told(meter, 1400 - 120 * step, rng.randrange(2080, 2290), rng.randrange(30, 92))
        for step in range(12) for meter in meters
    ]  # fmt: skip
    sensing.speak_demo(quiet)
    sensing.speak_demo(bad(meters[3], "low"))


def _handled(meter: Device, day: date, done: str) -> None:
    """The team set out within the hour, and was done the day after."""
    with scoped(TEAM_HAND):
        alarm = Alarm.objects.filter(device_id=meter.id).order_by("-made_at").first()
    if alarm is None or alarm.case_id is None:
        return
    lo, hi = place_span(COUNTY)
    hand = Actor(
        "account", "demo-power", TEAM_HAND.name, (Grant("county_officer", COUNTY, lo, hi),)
    )
    with _at(day, 20, 50):
        cases.move(actor=hand, case_id=alarm.case_id, move_id="visiting")
    if done:
        with _at(day + timedelta(days=1), 10, 30):
            cases.move(actor=hand, case_id=alarm.case_id, move_id="done", data={"measure": done})
