"""The demonstration's weddings and funerals in 陡箐村, whose council lends a hand (documents 000 and 002): registered,
talked over, held; most families keep it simple, and nobody is fined for a feast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from zhijin.cases import api as cases
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import place_span, uuid7
from zhijin.core.scope import scoped
from zhijin.home.demo.registry import Demo
from zhijin.home.demo_cases import somebody
from zhijin.places import api as places

VILLAGE: Final = "520204109200"
PROGRAMME: Final = "wedding-funeral"


@dataclass(frozen=True, slots=True)
class Feast:
    """One of them: days ago, occasion, tables, whether it was kept simple (None: not talked over yet)."""

    ago: int
    kind: str
    tables: int
    simple: bool | None = True
    withdrawn: bool = False


FEASTS: Final = (
    Feast(118, "wedding", 15), Feast(109, "funeral", 12), Feast(101, "wedding", 18, simple=False),
    Feast(94, "other", 8), Feast(86, "wedding", 14), Feast(77, "funeral", 10), Feast(70, "other", 9),
    Feast(64, "wedding", 15),
    Feast(57, "wedding", 22, simple=False), Feast(49, "funeral", 12), Feast(41, "other", 6, withdrawn=True),
    Feast(36, "wedding", 14), Feast(3, "wedding", 15, simple=None), Feast(1, "funeral", 10, simple=None),
)  # fmt: skip


def step(demo: Demo) -> None:
    """The demonstration's step: once."""
    if not places.known(VILLAGE) or _there():
        return
    for feast in FEASTS:
        _told(feast)
    demo.count("cases", len(FEASTS))


def _there() -> bool:
    lo, hi = place_span(VILLAGE)
    with scoped(Actor.system("demo")):
        rows = cases.Case.objects.filter(place_key__gte=lo, place_key__lt=hi, playbook=PROGRAMME)
        return bool(rows.exists())


def _told(feast: Feast) -> None:
    begins = datetime.combine(clock.today() - timedelta(days=feast.ago), time(9, 10), clock.TZ)
    on = begins.date() + timedelta(days=6)
    report = cases.Report(
        playbook=PROGRAMME, channel="portal", key=str(uuid7()), place_code=VILLAGE, simulated=True,
        answers={"place": VILLAGE, "kind": feast.kind, "when": on.isoformat(), "tables": str(feast.tables),
                 "name": "示例人家"},
    )  # fmt: skip
    with clock.freeze(begins):
        opened = cases.open_case(actor=Actor.resident(), report=report, opener="resident")
        with scoped(Actor.system("demo")):
            case = cases.Case.objects.get(pk=opened.case_id)
    leader, staff = somebody("neighbour_leader", case), somebody("village_staff", case)

    def moved(actor: Actor, move: str, after: timedelta, **data: object) -> None:
        with clock.freeze(begins + after):
            cases.move(actor=actor, case_id=case.id, move_id=move, data=data)

    if feast.withdrawn:
        moved(leader, "withdraw", timedelta(hours=2))
        return
    if feast.simple is None:
        return
    moved(leader, "visiting", timedelta(minutes=50))
    agreed = {"simple": feast.simple, "food-sample": True}
    moved(staff, "agreed", timedelta(hours=3), **agreed)
    moved(
        leader, "done", timedelta(days=7), **{"tables-held": str(feast.tables - feast.simple * 2)}
    )
