"""Whose the records behind a figure are, and which figures are plain numbers of records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from django.db.models import Q

from zhijin.assessment.engine.evidence import Seen, Whose
from zhijin.assessment.engine.measures_model import Measure
from zhijin.assessment.engine.model import Assessment
from zhijin.assessment.engine.periods import Period, shifted
from zhijin.assessment.engine.units import DEPTH
from zhijin.assessment.models import Run
from zhijin.orgs import api as orgs

_DAY = timedelta(days=1)


def seen_of(run: Run) -> Seen:
    """By month, the snapshot in which the run's facts were read; empty for runs of before that was kept."""
    return Seen({date.fromisoformat(f"{month}-01"): seen for month, seen in run.seen.items()})


def spells_of(keys: Iterable[int]) -> dict[int, list[orgs.Spell]]:
    """Every spell of the organisations; one query."""
    found: dict[int, list[orgs.Spell]] = {key: [] for key in keys}
    for spell in orgs.Spell.objects.filter(org_id__in=list(found)):
        found[spell.org_id].append(spell)
    return found


def whose(
    key: int, place_key: int, period: Period, *, by_tree: bool,
    spells: Sequence[orgs.Spell] | None = None,
) -> Whose:  # fmt: skip
    """Where the organisation was at the end of each month, and who was below it then.

    ``place_key``: where it was at the end of the period.
    """
    if period.count == 1:
        where: dict[date, int] = {period.start: place_key}
    else:
        known = spells_of([key])[key] if spells is None else spells
        found = ((month, _valid(known, shifted(month, 1) - _DAY)) for month in period.months)
        where = {month: spell.place_key for month, spell in found if spell is not None}
    if not by_tree:
        return Whose(key, where)
    members = {month: _below(key, shifted(month, 1) - _DAY) for month in period.months}
    return Whose(key, where, members)


def whose_of(keys: Mapping[int, int], period: Period, *, by_tree: bool) -> list[Whose]:
    """The same for many organisations (key → where it was at the end of the period), in their order.

    The number of queries does not grow with theirs.
    """
    spells = spells_of(keys) if period.count > 1 else {}
    tree = _Tree(keys, period) if by_tree else None
    every = []
    for key, place_key in keys.items():
        one = whose(key, place_key, period, by_tree=False, spells=spells.get(key))
        if tree is not None:
            one = replace(one, members={month: tree.below(key, month) for month in period.months})
        every.append(one)
    return every


class _Tree:
    """Who stood below whom in a period: read level by level, for all organisations at once."""

    def __init__(self, keys: Iterable[int], period: Period) -> None:
        holds = Q(valid_from=None) | Q(valid_from__lt=period.end)
        holds &= Q(valid_to=None) | Q(valid_to__gt=period.start)
        self._children: dict[int, list[orgs.Spell]] = defaultdict(list)
        level, known = set(keys), set[int]()
        for _depth in range(DEPTH):
            known |= level
            rows = orgs.Spell.objects.filter(holds, parent_key__in=level)
            found = list(rows.only("org_id", "parent_key", "valid_from", "valid_to"))
            for spell in found:
                self._children[spell.parent_key or 0].append(spell)
            level = {spell.org_id for spell in found} - known
            if not level:
                break

    def below(self, key: int, month: date) -> tuple[int, ...]:
        """The organisation and those below it at the end of the month, as :func:`_below` finds them."""
        day = shifted(month, 1) - _DAY
        every, level = dict.fromkeys([key]), [key]
        for _depth in range(DEPTH):
            level = [
                spell.org_id
                for above in level
                for spell in self._children.get(above, ())
                if spell.org_id not in every and _valid([spell], day) is not None
            ]
            if not level:
                break
            every |= dict.fromkeys(level)
        return tuple(every)


def _valid(spells: Sequence[orgs.Spell], day: date) -> orgs.Spell | None:
    for spell in spells:
        begun = spell.valid_from is None or spell.valid_from <= day
        if begun and (spell.valid_to is None or day < spell.valid_to):
            return spell
    return None


def _below(key: int, day: date) -> tuple[int, ...]:
    """The organisation and those below it on ``day``, at most six levels down (as the engine counts)."""
    holds = Q(valid_from=None) | Q(valid_from__lte=day)
    holds &= Q(valid_to=None) | Q(valid_to__gt=day)
    every, level = [key], [key]
    for _depth in range(DEPTH):
        rows = orgs.Spell.objects.filter(holds, parent_key__in=level)
        level = [k for k in rows.values_list("org_id", flat=True) if k not in every]
        if not level:
            break
        every += level
    return tuple(every)


def by_tree(programme: Assessment) -> bool:
    """Whether any measure counts what those below an organisation did."""
    sides = [m for i in programme.indicators.values() for m in (i.of, i.to) if m is not None]
    return any(m.who == "tree" for m in (*sides, *programme.measures.values()))


def plain(programme: Assessment, measure: Measure | None) -> bool:
    """Whether a figure is a number of records: each record is one of it."""
    if measure is not None and measure.formula is not None:
        named: Mapping[str, Measure] = programme.measures
        measure = named.get(measure.formula.strip())
    return measure is not None and measure.form == "count"
