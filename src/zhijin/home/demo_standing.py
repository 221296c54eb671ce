"""The demonstration's step of standings: a year of simulated work, the months computed and published."""

from __future__ import annotations

from zhijin.assessment import api as assessment
from zhijin.home import demo_east_hill
from zhijin.home.demo.registry import Demo

#: Counties whose results are published: those that the cast works in. The rest stay computed.
COUNTIES = ("520181", "530602", "522631")


def step(demo: Demo) -> None:
    """Work, then standings; the second time only what is missing."""
    real = demo_east_hill.make(demo)
    worked = assessment.demo_work(demo.rng, demo.today, real)
    demo.count("facts", worked)
    made = assessment.demo_standings(demo.today, COUNTIES, anew=worked > 0)
    for what, number in made.items():
        demo.count(what, number)
