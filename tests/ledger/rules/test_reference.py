"""The pages written from the code are current, and the form is known to the playbooks room."""

from __future__ import annotations

import pytest

from tests.cast import VILLAGE
from tests.ledger.rules.support import ROOT, SMALL
from zhijin.ledger import forms
from zhijin.ledger.rules import sources
from zhijin.ledger.rules.problems import PROBLEMS
from zhijin.ledger.rules.reference import pages
from zhijin.playbooks import selectors, services
from zhijin.playbooks.api import install_shipped


@pytest.mark.parametrize("name", ["points.md", "points-errors.md"])
def test_the_pages_are_current(name):
    """Write them anew with: .venv/bin/python -m zhijin.ledger.rules.reference"""
    assert (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8") == pages()[name]


def test_every_finding_and_fact_stands_in_the_reference():
    assert all(f"### {p.id} " in pages()["points-errors.md"] for p in PROBLEMS.values())
    assert all(f"| `{kind}` |" in pages()["points.md"] for kind in sources())


def test_every_source_is_a_kind_of_fact_that_somebody_writes():
    from zhijin.assessment.engine.kinds import kind

    for name, source in sources().items():
        found = kind(name)
        assert found is not None, name
        assert set(source.attrs) <= set(found.attrs)
        assert source.zh
        assert source.en


@pytest.fixture
def _fresh():
    selectors.forget()
    yield
    selectors.forget()


@pytest.mark.django_db
@pytest.mark.usefixtures("_fresh")
def test_a_countys_own_programme_holds_in_the_county(cast):
    from zhijin.core.actor import Actor
    from zhijin.core.errors import Refusal
    from zhijin.core.scope import scoped

    install_shipped()
    assert {one.name for one in forms.at(VILLAGE)} == {"member-points", "village-points"}
    officer = cast.county_officer.actor
    own = SMALL.replace("id: small", "id: village-points")
    with scoped(officer):
        row = services.save_draft(actor=officer, source=own, scenarios="", place_code="530602")
        services.publish(actor=Actor.system("test"), pk=row.pk)
    selectors.forget()
    assert forms.current("village-points", VILLAGE).id == row.pk
    assert forms.current("village-points", "530621100201").place_code == ""
    wrong = own.replace("庭院整洁", "低保户庭院")
    with scoped(officer), pytest.raises(Refusal) as refusal:
        services.save_draft(actor=officer, source=wrong, scenarios="", place_code="530602")
    assert refusal.value.id == "PR002"
    assert forms.FORM.explain("points: 1", "zh") == []
    assert forms.FORM.explain(own, "en")[0][0] == "By what resolution"
