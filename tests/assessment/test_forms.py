"""An assessment programme is published like a playbook, and the nearest place's own holds."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.assessment.engine.support import SMALL
from tests.cast import COUNTY, OTHER_COUNTY, VILLAGE
from zhijin.assessment import forms
from zhijin.assessment.engine import load
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped
from zhijin.playbooks import selectors, services
from zhijin.playbooks.api import catalogue, install_shipped

pytestmark = pytest.mark.django_db
SHIPPED = Path(__file__).parents[2] / "playbooks" / "double-drive" / "assessment.yaml"


@pytest.fixture(autouse=True)
def _fresh():
    selectors.forget()
    yield
    selectors.forget()


def publish(actor, source: str, place: str = COUNTY):
    with scoped(actor):
        row = services.save_draft(actor=actor, source=source, scenarios="", place_code=place)
        services.publish(actor=Actor.system("test"), pk=row.pk)
    selectors.forget()
    return row


def test_the_shipped_programme_holds_until_a_county_has_its_own(cast):
    install_shipped()
    everywhere = forms.current("double-drive", VILLAGE)
    assert (everywhere.place_code, everywhere.model.period) == ("", "month")
    text = SHIPPED.read_text(encoding="utf-8").replace("least: 8\n  else", "least: 6\n  else")
    row = publish(cast.county_officer.actor, text)
    own = forms.current("double-drive", VILLAGE)
    assert (own.id, own.place_code, own.model.peers.least) == (row.pk, COUNTY, 6)
    assert forms.current("double-drive", OTHER_COUNTY).id == everywhere.id
    assert forms.narrower(everywhere) == [COUNTY]
    assert forms.narrower(own) == []
    assert own.digest != everywhere.digest
    assert {p.id for p in forms.all_in_force()} >= {own.id, everywhere.id}
    assert "double-drive" not in {r.playbook_id for r in catalogue(VILLAGE)}


def test_a_programme_with_an_error_is_not_taken(cast):
    actor = cast.county_officer.actor
    text = SHIPPED.read_text(encoding="utf-8").replace("no_data: zero", "no_data: maybe")
    with scoped(actor), pytest.raises(Refusal) as refusal:
        services.save_draft(actor=actor, source=text, scenarios="", place_code=COUNTY)
    assert refusal.value.id == "PR002"


def test_what_was_typed_in_for_a_time_that_has_ended_unpublishes_nothing(cast):
    """The exemption ends, and with it the typing in; the programme and its standings stay readable."""
    until = (clock.today() + timedelta(days=10)).isoformat()
    typed = SMALL.replace("of: solved", "of: {manual: true}").replace("to: handled", "target: 5")
    typed = (
        typed.split("measures:")[0] + "dimensions:" + typed.split("dimensions:")[1] + "manual:\n"
        f"  - {{indicator: rate, owner: county_officer, until: {until}, why: 系统未接通}}\n"
    )
    row = publish(cast.county_officer.actor, typed)
    with clock.freeze(clock.now() + timedelta(days=20)):
        assert [one.id for one in forms.PROGRAMMES.check(typed, "x").errors] == ["AS213"]
        assert forms.revision(row.pk).model.manual[0].until == until


@pytest.mark.parametrize(("lang", "word"), [("zh", "基本组织"), ("en", "Organisation")])
def test_it_is_told_in_sentences(lang, word):
    sections = forms.FORM.explain(SHIPPED.read_text(encoding="utf-8"), lang)
    assert any(word in title for title, _lines in sections)
    assert all(lines for _title, lines in sections)
    assert forms.FORM.explain("assessment: 1", lang) == []


def test_the_desk_shows_it(cast):
    county = cast.county_officer
    row = publish(county.actor, SHIPPED.read_text(encoding="utf-8"))
    page = county.client.get(f"/desk/playbooks/{row.pk}/").content.decode()
    assert "基本组织" in page
    assert "double-drive" in county.client.get("/desk/playbooks/").content.decode()


@pytest.mark.parametrize("name", ["double-drive", "annual-assessment"])
def test_what_a_standing_itself_brings_about_is_no_work_for_residents(name):
    """A rectification that takes seventy days must not lower the score of whoever is rectified."""
    source = (SHIPPED.parents[1] / name / "assessment.yaml").read_text(encoding="utf-8")
    programme = load(source, name).programme
    assert programme is not None
    sides = [m for one in programme.indicators.values() for m in (one.of, one.to) if m is not None]
    measures = [m for m in (*programme.measures.values(), *sides) if m.formula is None]
    of_cases = [
        m for m in measures
        if (m.elapsed.to if m.elapsed else m.kinds[0]) in {"case.closed", "case.reopened", "case.moved"}
    ]  # fmt: skip
    assert of_cases
    for measure in of_cases:
        left_out = {c.not_ for c in measure.where if c.attr == "playbook"}
        assert left_out == {"rectification", "learnable"}
