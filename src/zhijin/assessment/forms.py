"""An assessment programme as a kind of programme file: read, published and told like a playbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import override

from zhijin.assessment.engine import FORMAT, Assessment, load
from zhijin.assessment.naming import LEVELS
from zhijin.orgs.api import KINDS
from zhijin.playbooks.api import Library, Published, StoredRevision

KEY = FORMAT.key


Programme = Published[Assessment]


def _joined(names: Iterable[str], titles: Mapping[str, str | Promise], lang: str) -> str:
    """Titles side by side in one language; a name without a title stays as it is written."""
    with override("en" if lang == "en" else "zh-hans"):
        return (", " if lang == "en" else "、").join(str(titles.get(name, name)) for name in names)


def _sections(found: Assessment, lang: str) -> Iterator[tuple[str, list[str]]]:
    """Who, with whom, by what, who is named, what follows."""
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


PROGRAMMES = Library(replace(FORMAT, sections=_sections))
FORM = PROGRAMMES.form
revision, current = PROGRAMMES.revision, PROGRAMMES.current
all_in_force, narrower = PROGRAMMES.all_in_force, PROGRAMMES.narrower


def read(row: StoredRevision) -> Programme | None:
    """A revision as it is stored, published or not; None when it has errors."""
    found = load(row.source, row.playbook).programme
    if found is None:
        return None
    return Programme(row.pk, row.place_code, row.revision, row.digest, found)
