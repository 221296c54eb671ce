"""An assessment programme as a kind of programme file: read, published and told like a playbook."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import override

from zhijin.assessment.engine import Assessment, load
from zhijin.assessment.naming import LEVELS
from zhijin.core import clock
from zhijin.orgs.api import KINDS
from zhijin.playbooks.api import Checked, Form, in_force, nearest, published_row
from zhijin.playbooks.engine import digest

KEY = "assessment"


@dataclass(frozen=True)
class Programme:
    """One published revision of an assessment programme."""

    id: uuid.UUID
    place_code: str
    number: int
    digest: str
    model: Assessment

    @property
    def name(self) -> str:
        return self.model.id


def check(source: str | bytes, name: str) -> Checked:
    """A file checked as the form asks."""
    loaded = load(source, name, clock.today())
    found = loaded.programme
    if found is None:
        return Checked(findings=loaded.findings)
    title = found.title
    return Checked(found.id, title.zh, title.en or title.zh, digest(found), loaded.findings)


@lru_cache(maxsize=128)
def revision(pk: uuid.UUID) -> Programme:
    """The published revision ``pk``, from memory after the first time. Raises PR001."""
    row = published_row(pk, KEY)
    found = load(row.source, f"{row.playbook}@{row.revision}").programme
    if found is None:
        # It was sound when it was published; only a newer release can read it otherwise.
        raise ValueError(f"{row} cannot be read any more")
    return Programme(row.id, row.place_code, row.revision, row.digest, found)


def current(programme: str, place_code: str) -> Programme:
    """The revision in force at a place: the nearest place's own, else the shipped. Raises PR001."""
    return revision(nearest(programme, place_code, KEY))


def all_in_force() -> list[Programme]:
    """Every revision in force, whatever the place."""
    return [revision(pk) for _name, _code, pk in in_force(KEY)]


def narrower(programme: Programme) -> list[str]:
    """Places below that have put their own revision into force, where this one does not hold."""
    return [
        code
        for name, code, pk in in_force(KEY)
        if name == programme.name and pk != programme.id and code.startswith(programme.place_code)
    ]


def _joined(names: Iterable[str], titles: Mapping[str, str | Promise], lang: str) -> str:
    """Titles side by side in one language; a name without a title stays as it is written."""
    with override("en" if lang == "en" else "zh-hans"):
        return (", " if lang == "en" else "、").join(str(titles.get(name, name)) for name in names)


def explain(source: str, lang: str) -> list[tuple[str, list[str]]]:
    """Sections of sentences: who, with whom, by what, who is named, what follows."""
    found = load(source, "assessment.yaml").programme
    return [] if found is None else list(_sections(found, lang))


def _sections(found: Assessment, lang: str) -> Iterator[tuple[str, list[str]]]:
    english = lang == "en"
    peers = found.peers
    yield (
        "Whom and with whom" if english else "考核谁、和谁比",
        [
            found.basis,
            ("Kinds: " if english else "组织种类：") + _joined(found.applies.kinds, KINDS, lang),
            ("Peers by: " if english else "分组：") + _joined(peers.by, LEVELS, lang),
            (
                f"A group below {peers.least} is widened to: "
                if english
                else f"一组不足 {peers.least} 个，依次放宽到："
            )
            + _joined(peers.otherwise, LEVELS, lang),
        ],
    )
    for dimension in found.dimensions:
        yield (
            f"{dimension.title.in_(lang)} · {dimension.weight}",
            [f"{one.title.in_(lang)} · {one.weight}" for one in dimension.indicators],
        )
    yield (
        "Who is named" if english else "认定",
        [mark.title.in_(lang) for mark in found.marks],
    )


FORM = Form(KEY, "assessment.yaml", check, explain)
