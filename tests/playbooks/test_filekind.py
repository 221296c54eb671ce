"""One kind of programme file: read with all that is wrong at once, checked for a day, told in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijin.playbooks.engine import (
    PROBLEMS,
    FileKind,
    Id,
    Intact,
    Part,
    Problem,
    Severity,
    Title,
    digest,
    first_key,
)


class Feast(Part):
    """A whole file."""

    feast: Literal[1]
    id: Id
    title: Title
    guests: int
    on: str = "2026-01-01"


TEXT = "feast: 1\nid: spring\ntitle: {zh: 春, en: Spring}\nguests: 8\n"
OWN = {
    **PROBLEMS,
    "FE201": Problem(
        "FE201", Severity.ERROR, "{day} 已过。", "{day} is over.", "改。", "Change it."
    ),
    "FE202": Problem("FE202", Severity.WARNING, "太少。", "Too few.", "加。", "Add some."),
}


def _meaning(draft: Intact[Any], today: date | None) -> None:
    found: Feast = draft.programme
    document = draft.document
    if today is not None and found.on < today.isoformat():
        document.add("FE201", document.at(("on",)), ("on",), day=found.on)
    if found.guests < 4 and not draft.lost(("guests",)):
        document.add("FE202", document.at(("guests",)), ("guests",))


def _sections(found: Feast, lang: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield found.title.in_(lang), (str(found.guests), found.on)


HOLES = {"feast": 1, "id": "missing", "title": "?", "guests": 0, "zh": "?"}
KIND = FileKind("feast", "feast.yaml", Feast, HOLES, _sections, _meaning, OWN)
PLAIN: FileKind[Feast] = FileKind("feast", "feast.yaml", Feast, HOLES)


def test_a_sound_text_is_read_as_both_a_pair_and_a_record():
    read = KIND.load(TEXT)
    found, findings = read
    assert found is read.programme
    assert found is not None
    assert (found.id, found.guests, findings) == ("spring", 8, [])
    assert read.errors == read.warnings == []
    assert KIND.load(TEXT.encode()).programme == found


def test_all_that_is_wrong_is_told_at_once_where_it_stands():
    text = "feast: 1\nid: Spring\ntitle: {zh: 春}\nguests: 2\ncolour: red\n"
    found, findings = KIND.load(text)
    assert found is None
    assert [(one.id, one.line, one.where.split(":")[0]) for one in findings] == [
        ("PB105", 2, "feast.yaml"), ("FE202", 4, "feast.yaml"), ("PB101", 5, "feast.yaml"),
    ]  # fmt: skip
    assert KIND.load(text, "village.yaml").findings[0].where.startswith("village.yaml:2:")


def test_a_missing_key_does_not_hide_the_rest():
    read = KIND.load(
        "feast: 1\ntitle: {zh: 春}\nguests: 8\non: 2026-05-01\n", today=date(2026, 5, 2)
    )
    assert {one.id for one in read.errors} == {"PB102", "FE201"}


def test_warnings_keep_nothing_from_being_read():
    read = KIND.load(TEXT.replace("8", "3"))
    assert read.programme is not None
    assert [one.id for one in read.warnings] == ["FE202"]
    assert read.errors == []


@pytest.mark.parametrize(
    ("today", "wrong"), [(None, []), (date(2026, 1, 1), []), (date(2026, 1, 2), ["FE201"])]
)
def test_only_a_day_that_is_given_is_checked(today, wrong):
    assert [one.id for one in KIND.load(TEXT, today=today).findings] == wrong


def test_a_kind_without_checks_or_sentences_of_its_own():
    assert PLAIN.load(TEXT.replace("8", "3"), today=date(2030, 1, 1)).findings == []
    assert PLAIN.explain(TEXT, "zh") == []


def test_a_file_is_told_with_its_digest_or_with_its_findings(tmp_path):
    path = tmp_path / "feast.yaml"
    path.write_text(TEXT, encoding="utf-8")
    told = KIND.told(path)
    found = KIND.load_file(path).programme
    assert found is not None
    assert (told.id, told.title, told.digest, told.findings) == (
        "spring", found.title, digest(found), [],
    )  # fmt: skip
    late = KIND.told(path, date(2026, 7, 1))
    assert (late.id, late.title, late.digest) == ("", None, "")
    assert [one.where for one in late.findings] == [f"{path}:1:1"]
    with pytest.raises(OSError, match=r"none\.yaml"):
        KIND.told(tmp_path / "none.yaml")


def test_it_is_told_in_both_languages_and_a_broken_text_in_none():
    assert KIND.explain(TEXT, "zh") == [("春", ["8", "2026-01-01"])]
    assert KIND.explain(TEXT, "en") == [("Spring", ["8", "2026-01-01"])]
    assert KIND.explain("feast: 2", "zh") == []


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200)))
def test_nonsense_is_refused_and_never_breaks(text):
    read = KIND.load(text)
    assert read.programme is None
    assert read.errors
    assert KIND.explain(text if isinstance(text, str) else "", "zh") == []


@given(
    guests=st.integers(-(10**6), 10**6), zh=st.from_regex(r"[一-龥]{1,8}", fullmatch=True),
    spaces=st.integers(1, 6),
)  # fmt: skip
def test_layout_and_comments_change_no_digest(guests, zh, spaces):
    plain = f"feast: 1\nid: spring\ntitle: {zh}\nguests: {guests}\n"
    other = f"# {zh}\nfeast:{' ' * spaces}1\ntitle: {{zh: {zh}}}\nguests: {guests}  # {zh}\nid: spring\n"
    one, two = KIND.load(plain).programme, KIND.load(other).programme
    assert one is not None
    assert two is not None
    assert digest(one) == digest(two)


@pytest.mark.parametrize(
    "name", ["deliberation", "life", "proxy", "cadres", "points", "assessment"]
)
def test_every_kind_of_the_rooms_reads_its_shipped_files(name):
    from zhijin.config import playbook_command as command

    kinds = (command.ASSESSMENT, command.POINTS, command.DELIBERATION, command.LIFE,
             command.PROXIES, command.CADRES)  # fmt: skip
    kind: FileKind[Any] = next(one for one in kinds if one.key == name)
    shipped = sorted((Path(__file__).parents[2] / "playbooks").glob(f"*/{kind.file}"))
    assert shipped
    for path in shipped:
        assert first_key(path.read_text(encoding="utf-8")) == name
        told = kind.told(path)
        assert (told.id, [one.render() for one in told.findings]) == (path.parent.name, [])
