"""The worked case of document 000, on real tables: 东山社区 comes out in the last three of its sub-district for
three months, by computation from what was done; it is rectified, and the months after show it."""

from __future__ import annotations

import random
import shutil
from datetime import date
from pathlib import Path

import pytest

from tests.assessment import drive
from tests.assessment.drive import SYSTEM
from zhijin.assessment import demo
from zhijin.assessment.demo_standing import standings
from zhijin.assessment.models import Follow, Mark, Run, Score
from zhijin.cases.models import Case
from zhijin.core.models import Fact
from zhijin.core.scope import scoped
from zhijin.orgs.models import Organisation
from zhijin.playbooks.api import forget, install_shipped

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 11, 27)
TOWNSHIP = "520181002"
SHIPPED = Path(__file__).parents[2] / "playbooks"
COMMUNITIES = [f"{TOWNSHIP}{number:03d}" for number in range(9, 21)]


def draw(*names: object) -> random.Random:
    return random.Random(f"20260701 {' '.join(map(str, names))}")


@pytest.fixture
def sub_district(tmp_path):
    """青龙山街道 with twelve communities, each with its organisation, and the programmes in force."""
    for name in ("double-drive", "rectification", "learnable"):
        shutil.copytree(SHIPPED / name, tmp_path / "books" / name)
    install_shipped(tmp_path / "books")
    drive.add_places("52", "5201", "520181", TOWNSHIP, *COMMUNITIES)
    for code in COMMUNITIES:
        drive.branch(code, kind="general_branch", sector=2, simulated=True)
    yield
    forget()


def ranks(code: str) -> dict[int, tuple[int, int]]:
    """Month → (rank, of) of a community's organisation in the published runs."""
    with scoped(SYSTEM):
        runs = {r.id: r.period_start.month for r in Run.objects.filter(state="published")}
        rows = Score.objects.filter(place_code=code, run_id__in=runs)
        return {runs[row.run_id]: (row.rank, row.of) for row in rows}


def test_east_hill_is_last_by_its_work_is_rectified_and_rises(sub_district):
    written = demo.work(draw, TODAY)
    with scoped(SYSTEM):
        assert Fact.objects.filter(kind__in=("case.closed", "org.changed")).exists()
        assert not Fact.objects.exclude(attrs__simulated=True).filter(actor="system:demo").exists()
    assert written > 2000
    made = standings(TODAY, {"520181"})
    found = ranks(demo.EAST_HILL)
    assert all(rank > of - 3 for rank, of in (found[5], found[6], found[7])), found
    assert found[10][0] < found[7][0], "what was mended shows in the months after"
    with scoped(SYSTEM):
        july = Run.objects.get(period_start=date(2026, 7, 1), state="published")
        org = Organisation.objects.get(place_code=demo.EAST_HILL)
        mark = Mark.objects.get(run_id=july.id, org_key=org.key, kind="laggard")
        assert "running" in mark.rules
        assert [row[0] for row in mark.reason["running"]] == ["2026-07", "2026-06", "2026-05"]
        follow = Follow.objects.get(org_key=org.key, kind="laggard")
        case = Case.objects.get(id=follow.case_id)
        assert (case.playbook, case.state, case.simulated) == ("rectification", "released", True)
        assert follow.partner_key not in {None, org.key}
        assert made["follow_ups"] == Follow.objects.count()

    assert demo.work(draw, TODAY) == 0, "made once"
    assert standings(TODAY, {"520181"}) == {"runs": 0, "follow_ups": 0}


def test_months_to_compute_end_with_the_last_that_is_over():
    months = demo.months_to_compute(TODAY)
    assert (months[0], months[-1]) == (date(2026, 5, 1), date(2026, 10, 1))
    assert demo.months_to_compute(date(2026, 3, 5))[-1] == date(2026, 2, 1)
    assert len(demo.months_to_compute(date(2029, 3, 5))) == 12


def test_nothing_is_drawn_without_villages():
    assert demo.work(draw, TODAY) == 0
