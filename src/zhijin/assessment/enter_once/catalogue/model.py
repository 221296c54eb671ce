"""What a measure is: a source of records, which of them count, and how they add up. No queries here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from zhijin.assessment.enter_once.periods import Period
from zhijin.assessment.enter_once.subjects import Subject
from zhijin.core.actor import Actor

Text = str | Promise
Where = Q | Callable[[date], Q]


@dataclass(frozen=True, slots=True)
class Record:
    """One record behind a cell, as a page lists it; ``url`` is empty where it has no page."""

    text: str
    more: str = ""
    url: str = ""


@dataclass(frozen=True)
class Source:
    """A table of records. ``rows(actor)`` are those that the actor may see.

    ``place`` and ``org`` are its columns of keys (``org`` empty: nothing by organisation); ``at`` the
    moment that a period is about (empty: the state of today); ``id`` tells its rows
    apart. Where ``counts_zero``, no record at all means nought; otherwise it means that nobody has entered
    any, and the cell stays blank.
    ``listed`` is None for records that must not be listed: a count tells of nobody.
    """

    key: str
    title: Text
    permission: str
    rows: Callable[[Actor], QuerySet[Any]]
    place: str = "place_key"
    org: str = ""
    at: str = ""
    counts_zero: bool = False
    public: bool = False
    id: str = "id"
    order: tuple[str, ...] = ("id",)
    listed: Callable[[Sequence[Any]], list[Record]] | None = None


@dataclass(frozen=True)
class Measure:
    """A figure over a source: how many rows meet ``where``; or the sum of ``total`` over them; or, with
    ``of``, their share in basis points of the rows that meet ``of``. ``at`` replaces the source's.
    Without ``zero``, none means that nobody has entered any.
    """

    id: str
    title: Text
    group: Text
    source: str
    synonyms: tuple[str, ...] = ()
    unit: str = "count"
    where: Where = field(default_factory=Q)
    total: str = ""
    of: Where | None = None
    at: str | None = None
    zero: bool = True
    note: Text = ""

    @property
    def is_rate(self) -> bool:
        return self.of is not None


@dataclass(frozen=True)
class Field:
    """What a record itself says (a code, a name). ``load`` gives values by the subject's ref; ``load_in``,
    where it is given, does so for the days of the column. ``listed``: the records that the value is from.
    ``blank``: why there is none.
    """

    id: str
    title: Text
    group: Text
    load: Callable[[Actor, Sequence[Subject]], Mapping[str, Any]]
    synonyms: tuple[str, ...] = ()
    grains: frozenset[str] = frozenset({"place", "org"})
    unit: str = "text"
    permission: str = ""
    public: bool = False
    note: Text = ""
    load_in: Callable[[Actor, Sequence[Subject], Period], Mapping[str, Any]] | None = None
    listed: Callable[[Actor, Subject, Period], list[Record]] | None = None
    blank: str = "unrecorded"


@dataclass(frozen=True, slots=True)
class Answer:
    """A cell's value: a whole number (a rate in basis points), text, or None with ``why`` not.

    ``why``: ``scope``, ``permission``, ``grain``, ``unrecorded``, ``unpublished``, ``zero`` (nothing to divide by),
    ``past`` (a state that was not kept).
    """

    value: int | str | None
    numerator: int | None = None
    denominator: int | None = None
    why: str = ""


@dataclass(frozen=True)
class Opened:
    """The records behind a cell as they are now: those counted, and the rest of a rate's denominator."""

    answer: Answer
    counted: list[Record]
    counted_more: int
    others: list[Record]
    others_more: int
    listable: bool


def met(where: Where, day: date) -> Q:
    """The condition as of a day."""
    return where if isinstance(where, Q) else where(day)
