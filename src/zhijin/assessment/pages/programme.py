"""A programme as its pages name it: titles of dimensions and indicators, and its rules in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import get_language

from zhijin.assessment.engine import Assessment, load
from zhijin.assessment.models import Run


@dataclass(frozen=True, slots=True)
class Item:
    """A dimension, a join or an indicator: its id, its place in the run's arrays, title and weight."""

    id: str
    position: int
    title: str
    weight: int = 0
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True)
class About:
    """What a run's arrays mean, in the reader's language. ``programme`` is None when its file is gone."""

    id: str
    title: str
    basis: str
    dimensions: tuple[Item, ...]
    indicators: tuple[Item, ...]
    programme: Assessment | None = field(default=None, compare=False)

    @property
    def own(self) -> tuple[Item, ...]:
        """The dimensions without joined results."""
        if self.programme is None:
            return self.dimensions
        ids = {dimension.id for dimension in self.programme.dimensions}
        return tuple(item for item in self.dimensions if item.id in ids)

    @property
    def by_tree(self) -> bool:
        """Whether any measure counts what those below an organisation did."""
        if self.programme is None:
            return False
        sides = [
            m for i in self.programme.indicators.values() for m in (i.of, i.to) if m is not None
        ]
        return any(m.who == "tree" for m in (*sides, *self.programme.measures.values()))

    def indicator(self, name: str) -> Item | None:
        return next((item for item in self.indicators if item.id == name), None)

    def title_of(self, name: str) -> str:
        """The title of an indicator, dimension or join; its id when it is gone."""
        found = (i for i in (*self.indicators, *self.dimensions) if i.id == name)
        return next((item.title for item in found), name)

    def of_dimension(self, name: str) -> tuple[Item, ...]:
        """The indicators of a dimension."""
        if self.programme is None:
            return ()
        inside = {
            indicator.id
            for dimension in self.programme.dimensions
            if dimension.id == name
            for indicator in dimension.indicators
        }
        return tuple(item for item in self.indicators if item.id in inside)


def about(run: Run) -> About:
    """What ``run`` was computed by."""
    programme = _programme(run.revision_id) or _fetched(run)
    english = (get_language() or "").startswith("en")
    return _described(
        programme, run.programme, tuple(map(_name, run.dimensions)),
        tuple(map(_name, run.indicators)), english=english,
    )  # fmt: skip


def _name(given: Any) -> str:
    """The arrays of a run hold ids, or objects with an id."""
    return str(given.get("id", "")) if isinstance(given, dict) else str(given)


_known: dict[UUID, Assessment] = {}


def _programme(revision: UUID) -> Assessment | None:
    return _known.get(revision)


def _fetched(run: Run) -> Assessment | None:
    """Read the revision's file once; a published revision never changes."""
    try:
        source = run.revision.source
    except ObjectDoesNotExist:
        return None
    programme = load(source, run.programme).programme
    if programme is not None and len(_known) < 512:
        _known[run.revision_id] = programme
    return programme


def said(title: Any, *, english: bool) -> str:
    """A bilingual title of a file in one language."""
    if isinstance(title, str):
        return title
    return str((title.en if english else title.zh) or title.zh)


def _described(
    programme: Assessment | None,
    name: str,
    dimensions: Sequence[str],
    indicators: Sequence[str],
    *,
    english: bool,
) -> About:
    items = _items(programme, english=english) if programme else {}

    def named(ids: Sequence[str]) -> tuple[Item, ...]:
        blank = ("", 0, ())
        return tuple(
            Item(one, i, items.get(one, blank)[0] or one, *items.get(one, blank)[1:])
            for i, one in enumerate(ids)
        )

    return About(
        name,
        said(programme.title, english=english) if programme else name,
        programme.basis if programme else "",
        named(dimensions),
        named(indicators),
        programme,
    )


def _items(programme: Assessment, *, english: bool) -> dict[str, tuple[str, int, tuple[str, ...]]]:
    """Titles, weights and criteria by id. An indicator may have the name of a measure, not of a
    dimension: the checker refuses that."""
    out: dict[str, tuple[str, int, tuple[str, ...]]] = {}
    for join in programme.joins:
        out[join.id] = (said(join.title, english=english), join.weight, ())
    for indicator in programme.indicators.values():
        out[indicator.id] = (said(indicator.title, english=english), indicator.weight, ())
    for dimension in programme.dimensions:
        criteria = tuple(said(text, english=english) for text in dimension.criteria)
        out[dimension.id] = (said(dimension.title, english=english), dimension.weight, criteria)
    return out
