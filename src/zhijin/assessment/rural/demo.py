"""A demonstration's facilities, drawn by a seed and flagged as simulated, in the shares that document 000 gives."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from zhijin.assessment.periods import moment
from zhijin.assessment.rural.reading import RURAL
from zhijin.assessment.rural.words import BEGUN, SEWAGE, TOILET, WASTE
from zhijin.core import facts
from zhijin.core.actor import Actor
from zhijin.core.facts import NewFact
from zhijin.core.ids import uuid7
from zhijin.core.models import Fact
from zhijin.core.scope import scoped
from zhijin.places import api as places
from zhijin.places.api import Place

SYSTEM = Actor.system("demo")
#: Of a thousand villages so many have waste collected and sewage treated (document 000: 70% and 20.9%).
WASTE_SHARE, SEWAGE_SHARE = 700, 209
#: Toilets in a village (150,000 in 17,800 villages and communities is 8 to 9 each).
TOILETS = (2, 18)


def facilities(draw: Callable[..., random.Random], today: date, codes: set[str]) -> int:
    """Facilities of the villages in ``codes`` (counties' six digits) that have none yet; how many facts."""
    with scoped(SYSTEM):
        rows = Place.objects.filter(places.current_q(), level="village", kind=RURAL)
        there = set(Fact.objects.filter(kind=BEGUN).values_list("place_code", flat=True))
        villages = [
            code
            for code in rows.order_by("key").values_list("code", flat=True)
            if code[:6] in codes and code not in there
        ]
        return facts.record_many(_drawn(draw, villages, today)) if villages else 0


def _drawn(
    draw: Callable[..., random.Random], villages: list[str], today: date
) -> Iterator[NewFact]:
    for code in villages:
        rng = draw("rural", code)
        for kind, count in _of(rng):
            at = moment(today - timedelta(days=rng.randint(30, 700))) + timedelta(hours=12)
            yield NewFact(
                BEGUN, at, code, kind, SYSTEM.label, f"facility:{uuid7()}", count,
                attrs={"name": "", "simulated": True},
            )  # fmt: skip


def _of(rng: random.Random) -> Iterator[tuple[str, int]]:
    yield TOILET, rng.randint(*TOILETS)
    if rng.randrange(1000) < WASTE_SHARE:
        yield WASTE, rng.randint(1, 4)
    if rng.randrange(1000) < SEWAGE_SHARE:
        yield SEWAGE, 1
