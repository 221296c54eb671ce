"""Published revisions of another kind of file: read once into the room's model, the nearest place's own first."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, Literal

import pytest

from tests.cast import COUNTY, OTHER_COUNTY, VILLAGE
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped
from zhijin.playbooks import forms, selectors, services
from zhijin.playbooks.api import FileKind, Library
from zhijin.playbooks.engine import Id, Intact, Mark, Part, Title
from zhijin.playbooks.models import PlaybookRevision

pytestmark = pytest.mark.django_db


class Trial(Part):
    """A whole file."""

    trial: Literal[1]
    id: Id
    title: Title
    most: int


TEXT = "trial: 1\nid: first-trial\ntitle: {zh: 试行, en: Trial}\nmost: 3\n"
_HOLES = {"trial": 1, "title": "?", "most": 0, "zh": "?"}


class Reader:
    """The check of meaning; counts how often a file is read, and notes for which days."""

    def __init__(self) -> None:
        self.days: list[date | None] = []
        self.broken = False

    def __call__(self, draft: Intact[Any], today: date | None) -> None:
        self.days.append(today)
        if self.broken:
            draft.document.add("PB110", Mark(1, 1))


def _told(found: Trial, lang: str) -> list[tuple[str, list[str]]]:
    return [(found.title.in_(lang), [str(found.most)])]


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def library(reader, monkeypatch) -> Any:
    made = Library(FileKind("trial", "trial.yaml", Trial, _HOLES, _told, reader))
    monkeypatch.setattr(forms, "_forms", dict(forms._forms))
    forms.register_form(made.form)
    selectors.forget()
    yield made
    selectors.forget()


def publish(actor: Actor, source: str, place: str) -> uuid.UUID:
    with scoped(actor):
        row = services.save_draft(actor=actor, source=source, scenarios="", place_code=place)
        services.publish(actor=Actor.system("test"), pk=row.pk)
    selectors.forget()
    return row.pk


def test_a_sound_file_is_named_and_a_broken_one_tells_why(library):
    sound = library.check(TEXT, "trial.yaml")
    assert (sound.id, sound.title_zh, sound.title_en) == ("first-trial", "试行", "Trial")
    assert len(sound.digest) == 64
    assert not sound.errors
    assert library.check(TEXT.replace("most: 3", "most: 4"), "x").digest != sound.digest
    broken = library.check(TEXT.replace("most: 3", "most: many"), "trial.yaml")
    assert (broken.id, broken.digest) == ("", "")
    assert [(one.line, one.is_error) for one in broken.findings] == [(4, True)]


def test_a_title_without_english_keeps_the_chinese(library):
    assert library.check(TEXT.replace(", en: Trial", ""), "x").title_en == "试行"


def test_the_nearest_places_own_holds(library, cast):
    actor = cast.county_officer.actor
    shipped = PlaybookRevision.objects.create(
        form="trial", playbook="first-trial", revision=1, place_code="", source=TEXT,
        state="in_force", digest=library.check(TEXT, "x").digest, uploaded_by="test",
    )  # fmt: skip
    selectors.forget()
    own = publish(actor, TEXT.replace("most: 3", "most: 5"), COUNTY)
    assert library.current("first-trial", VILLAGE).model.most == 5
    assert library.current("first-trial", VILLAGE).place_code == COUNTY
    assert library.current("first-trial", OTHER_COUNTY).id == shipped.pk
    assert [one.model.most for one in library.at(VILLAGE)] == [5]
    assert {one.id for one in library.all_in_force()} == {shipped.pk, own}
    assert library.narrower(library.revision(shipped.pk)) == [COUNTY]
    assert library.narrower(library.revision(own)) == []


def test_a_revision_is_read_once_and_told_as_it_was_published(
    library, reader, cast, django_assert_num_queries
):
    pk = publish(cast.county_officer.actor, TEXT, COUNTY)
    first = library.revision(pk)
    before = len(reader.days)
    with django_assert_num_queries(0):
        again = library.revision(pk)
    assert again is first
    assert len(reader.days) == before
    row = PlaybookRevision.objects.get(pk=pk)
    assert (first.name, first.number, first.digest) == ("first-trial", row.revision, row.digest)


def test_what_is_not_published_is_not_there(library, cast):
    actor = cast.county_officer.actor
    with scoped(actor):
        draft = services.save_draft(actor=actor, source=TEXT, scenarios="", place_code=COUNTY)
    for ask in (
        lambda: library.revision(draft.pk),
        lambda: library.revision(uuid.uuid4()),
        lambda: library.current("first-trial", VILLAGE),
    ):
        with pytest.raises(Refusal) as refusal:
            ask()
        assert refusal.value.id == "PR001"
    assert library.at(VILLAGE) == []


def test_one_that_a_newer_release_cannot_read_is_said_not_guessed(library, reader, cast):
    pk = publish(cast.county_officer.actor, TEXT, COUNTY)
    reader.broken = True
    with pytest.raises(ValueError, match="cannot be read any more"):
        library.revision(pk)


def test_a_file_is_checked_for_today_and_a_published_one_for_no_day(library, reader, cast):
    """What has ended since a revision was published must not keep it from being read."""
    pk = publish(cast.county_officer.actor, TEXT, COUNTY)
    assert set(reader.days) == {clock.today()}
    library.revision(pk)
    assert reader.days[-1] is None


def test_the_form_is_the_kinds_own(library):
    assert forms.form("trial") is library.form
    assert (library.key, library.form.file) == ("trial", "trial.yaml")
    assert library.form.explain(TEXT, "en") == [("Trial", ["3"])]
