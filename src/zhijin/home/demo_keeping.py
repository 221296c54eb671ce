"""Old records of the demonstration whose period is nearly over, so that the list of what will be erased shows some.

They ended outside of every window that other pages count, and nobody was told of them: no notice, no publication. Only
the list of applications, which tells all that ever ended, has two more.
"""

from __future__ import annotations

from datetime import timedelta

from zhijin.activities import api as activities
from zhijin.cases import api as cases
from zhijin.core import clock, jobs
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.home import demo_cases
from zhijin.home.demo.registry import Demo
from zhijin.people import api as people
from zhijin.places import api as places

#: Days before the end of the period at which the old ones stand today.
CASES, PROXIES = (26, 18, 11, 4), (21, 9)
DEMO = Actor.system("demo")


def step(demo: Demo) -> None:
    """Four cases that ended nearly two years ago and two applications that ended half a year ago, once."""
    if _there():
        return
    with clock.freeze(clock.now() - timedelta(days=90)):
        # The list has told of their periods for long.
        people.see_keep_periods()
    demo.count("old-records", _cases(demo) + _proxies())


def _there() -> bool:
    """Also after they were erased: their marks and times stay."""
    with scoped(DEMO):
        before = clock.now() - timedelta(days=365)
        return bool(cases.Case.objects.filter(simulated=True, closed_at__lt=before).exists())


def _cases(demo: Demo) -> int:
    kept = people.keep_days("case")
    made = []
    for left in CASES if places.outlines_in(demo_cases.ALIVE) else ():
        rng = demo.rng("keeping", left)
        ended = clock.now() - timedelta(days=kept - left)
        made.append(demo_cases.ended(demo_cases.ALIVE, ended - timedelta(days=2), rng))
    # What follows from their lines would tell today of what was long ago.
    jobs.drop("programmes.case_event", "case", [str(one) for one in made])
    return len(made)


def _proxies() -> int:
    kept = people.keep_days("proxy")
    days = [clock.today() - timedelta(days=kept - left) for left in PROXIES]
    return activities.make_demo_old_proxies(demo_cases.ALIVE, days)
