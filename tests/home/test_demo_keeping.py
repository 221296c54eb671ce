"""The demonstration's list of what will be erased shows something, and no other page counts it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.home.figures import desk, page
from tests.home.test_demo import only
from zhijin.activities.models import Proxy
from zhijin.cases.api import Case
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.home.demo import making
from zhijin.home.demo.cast import VILLAGE
from zhijin.home.demo.registry import Scale
from zhijin.people import keeping

SYSTEM = Actor.system("test")
STEPS = ("shipped", "divisions", "grids", "organisations", "units", "accounts", "cases", "proxies")


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.slow
def test_the_list_of_what_will_be_erased_shows_some(tmp_path: Path, settings: Any) -> None:
    settings.ZHIJIN_ERASED = str(tmp_path / "erased.jsonl")
    with only(*STEPS):
        making.make(Scale.VILLAGE, 7)
    moment = clock.now()
    with clock.freeze(moment):
        before, jobs, ended = shown(), waiting(), applications()
    with only(*STEPS, "keeping"):
        made = making.make(Scale.VILLAGE, 7)
        again = making.make(Scale.VILLAGE, 7)
    assert (made.counts["old-records"], again.counts.get("old-records", 0)) == (6, 0)
    with clock.freeze(moment):
        assert shown() == before, "what other pages show is what it was"
    assert waiting() == jobs, "nothing follows from them"
    assert applications() == ended + 2, "that list alone tells all that ever ended"
    with scoped(SYSTEM):
        assert not Case.objects.filter(simulated=False).exists()
        assert not Proxy.objects.filter(simulated=False).exists()
    listed = page("zhen", "/desk/keeping/")
    assert "办结的事项 4" in listed
    assert "办结的代办 2" in listed
    assert keeping.sweep() == 0, "not yet"


def shown() -> dict[tuple[str, str], str]:
    """The words of the pages that count cases and applications, of those whose work they are."""
    village = f"/p/{VILLAGE}/"
    wanted = {
        "zhen": ("/desk/", "/desk/cases/", "/desk/cases/rates/", "/desk/notices/", village),
        "xian": ("/desk/", "/desk/cases/", "/desk/cases/rates/"),
        "shuji": (
            "/desk/",
            "/desk/cases/",
            "/desk/notices/",
        ),
        "wangge": ("/desk/", "/field/"),
    }
    return {(who, path): page(who, path) for who, paths in wanted.items() for path in paths}


def applications() -> int:
    told = re.search(r"已送达 (\d+)", desk("shuji").get("/desk/service/proxies/").content.decode())
    assert told
    return int(told[1])


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'programmes.case_event' AND status = 'todo'"
        )
        return int(cursor.fetchone()[0])
