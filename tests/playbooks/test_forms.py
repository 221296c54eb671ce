"""Other kinds of programme file beside the playbooks: read by whoever registered, published in the same table."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import COUNTY, VILLAGE
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped
from zhijin.playbooks import forms, selectors, services
from zhijin.playbooks.api import (
    catalogue,
    in_force,
    install_shipped,
    nearest,
    published_row,
    revision,
)
from zhijin.playbooks.engine import load
from zhijin.playbooks.models import PlaybookRevision

pytestmark = pytest.mark.django_db
TEXT = "# 一句说明\ntrial: 1\nid: first-trial\n"


def read(source: str | bytes, name: str) -> forms.Checked:
    """The stand-in's reader: an id that ends in ``-trial`` is sound."""
    text = source if isinstance(source, str) else source.decode()
    found = text.split("id: ")[1].strip()
    if found.endswith("-trial"):
        return forms.Checked(found, "试行", "Trial", "d" * 64)
    return forms.Checked(findings=load("playbook: 1\n", name).findings)


def told(text: str, lang: str) -> list[tuple[str, list[str]]]:
    return [(lang, [text])]


@pytest.fixture(autouse=True)
def trial(monkeypatch) -> Any:
    kept = dict(forms._forms)
    monkeypatch.setattr(forms, "_forms", kept)
    made = forms.Form("trial", "trial.yaml", read, told)
    forms.register_form(made)
    selectors.forget()
    yield made
    selectors.forget()


def test_the_first_key_says_the_kind(trial):
    assert forms.form_of(TEXT) is trial
    assert forms.form_of(TEXT.encode()) is trial
    assert forms.form_of("playbook: 1\ntrial: 1\n") is None
    assert forms.form_of("") is None
    with pytest.raises(ValueError, match="twice"):
        forms.register_form(forms.Form("trial", "other.yaml", read, told))
    with pytest.raises(ValueError, match="twice"):
        forms.register_form(forms.Form("playbook", "x.yaml", read, told))


def test_it_is_published_like_a_playbook_and_opens_no_case(
    cast, django_capture_on_commit_callbacks
):
    county = cast.county_officer.actor
    with scoped(county), django_capture_on_commit_callbacks(execute=True):
        row = services.save_draft(actor=county, source=TEXT, scenarios="", place_code=COUNTY)
        services.publish(actor=Actor.system("test"), pk=row.pk)
    assert (row.form, row.playbook, row.title_en, row.digest) == (
        "trial", "first-trial", "Trial", "d" * 64,
    )  # fmt: skip
    assert nearest("first-trial", VILLAGE, "trial") == row.pk
    assert published_row(row.pk, "trial").source == TEXT
    assert [name for name, _, _ in in_force("trial")] == ["first-trial"]
    assert "first-trial" not in {name for name, _, _ in in_force()}
    assert catalogue(VILLAGE) == [], "nothing that can be reported"
    for call in (lambda: revision(row.pk), lambda: nearest("first-trial", VILLAGE)):
        with pytest.raises(Refusal) as refusal:
            call()
        assert refusal.value.id == "PR001"


def test_what_is_wrong_keeps_it_out(cast):
    county = cast.county_officer.actor
    with scoped(county), pytest.raises(Refusal) as refusal:
        services.save_draft(
            actor=county, source="trial: 1\nid: x\n", scenarios="", place_code=COUNTY
        )
    assert refusal.value.id == "PR002"


def test_shipped_files_of_every_form_are_installed_once(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "trial.yaml").write_text(TEXT, encoding="utf-8")
    assert [install_shipped(tmp_path), install_shipped(tmp_path)] == [1, 0]
    assert PlaybookRevision.objects.get(form="trial").place_code == ""
    (tmp_path / "one" / "trial.yaml").write_text("trial: 1\nid: broken\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"trial\.yaml"):
        install_shipped(tmp_path)


def test_its_pages_tell_it_and_show_the_file(cast):
    county = cast.county_officer
    with scoped(county.actor):
        row = services.save_draft(actor=county.actor, source=TEXT, scenarios="", place_code=COUNTY)
    page = county.client.get(f"/desk/playbooks/{row.pk}/")
    assert page.status_code == 200
    assert "一句说明" in page.content.decode()
    assert "trial.yaml" in county.client.get(f"/desk/playbooks/{row.pk}/source/").content.decode()
    for tab in ("scenarios", "simulate", "changes"):
        assert county.client.get(f"/desk/playbooks/{row.pk}/{tab}/").status_code == 404


def test_the_upload_page_takes_it(cast):
    county = cast.county_officer
    form = {"source": TEXT, "scenarios": "", "place": COUNTY}
    assert county.client.post("/desk/playbooks/upload/", {**form, "do": "check"}).status_code == 200
    wrong = {**form, "source": "trial: 1\nid: x\n", "do": "save"}
    assert county.client.post("/desk/playbooks/upload/", wrong).status_code == 422
    saved = county.client.post("/desk/playbooks/upload/", {**form, "do": "save"})
    assert saved.status_code == 302
    assert PlaybookRevision.objects.get().form == "trial"
