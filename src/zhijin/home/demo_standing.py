"""The demonstration's step of standings: a year of simulated work, the months computed and published."""

from __future__ import annotations

from collections.abc import Iterable

from zhijin.assessment import api as assessment
from zhijin.home import demo_east_hill
from zhijin.home.demo.registry import Demo, Scale
from zhijin.places import api as places

#: Counties whose results are published: those that the cast works in. The rest stay computed.
COUNTIES = ("520181", "530602", "522631")


def _counties() -> Iterable[str]:
    rows = places.Place.objects.filter(places.current_q(), level="county")
    return rows.values_list("code", flat=True)


def step(demo: Demo) -> None:
    """Work, then standings; the second time only what is missing."""
    real = demo_east_hill.make(demo)
    worked = assessment.demo_work(demo.rng, demo.today, real)
    demo.count("facts", worked)
    everywhere = demo.at_least(Scale.PROVINCE)
    counties = set(_counties()) if everywhere else set(COUNTIES)
    demo.count("facilities", assessment.demo_facilities(demo.rng, demo.today, counties))
    made = assessment.demo_standings(demo.today, COUNTIES, anew=worked > 0)
    for what, number in made.items():
        demo.count(what, number)
