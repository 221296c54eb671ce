"""The measures by id. Fixed ones are registered when the application starts; those of programmes and of
kinds of fact are made from what the county has in force."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from pathlib import Path

from django.utils.translation import override

from zhijin.assessment.enter_once.catalogue.model import Field, Measure, Source
from zhijin.assessment.enter_once.likeness import Candidate

Any_ = Measure | Field
#: Measures of an office that are made anew: called with the office's place code.
Maker = Callable[[str], Iterable[Any_]]

WORDS = Path(__file__).with_name("words.toml")

_sources: dict[str, Source] = {}
_measures: dict[str, Any_] = {}
_makers: list[Maker] = []


def register_source(one: Source) -> None:
    """Raises ValueError when another has the key."""
    if one.key in _sources:
        raise ValueError(f"the source {one.key} is registered twice")
    _sources[one.key] = one


def register(*these: Any_, maker: Maker | None = None) -> None:
    """Add measures, or a maker of them. Raises ValueError on a taken id or an unknown source."""
    for one in these:
        if one.id in _measures:
            raise ValueError(f"the measure {one.id} is registered twice")
        if isinstance(one, Measure) and one.source not in _sources:
            raise ValueError(f"the measure {one.id} counts an unknown source {one.source}")
        _measures[one.id] = one
    if maker is not None:
        _makers.append(maker)


def source(key: str) -> Source:
    return _sources[key]


def measures(office: str) -> dict[str, Any_]:
    """Every measure that an office can fill from, by id."""
    out = dict(_measures)
    for make in _makers:
        for one in make(office):
            out.setdefault(one.id, one)
    return out


def find(id_: str, office: str) -> Any_ | None:
    """A measure by its id; None when the county has it no more."""
    return _measures.get(id_) or measures(office).get(id_)


def grouped(office: str) -> list[tuple[str, list[Any_]]]:
    """Measures under the headings that they stand under, for a list to choose from."""
    out: dict[str, list[Any_]] = {}
    for one in measures(office).values():
        out.setdefault(str(one.group), []).append(one)
    return list(out.items())


def candidates(office: str) -> list[Candidate]:
    """What headers are compared with; Chinese, whatever language the page is in."""
    return [_candidate(one) for one in measures(office).values()]


@cache
def words() -> dict[str, tuple[str, ...]]:
    """The words that sheets use for each measure."""
    table = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    return {id_: tuple(names) for id_, names in table.items()}


@lru_cache(maxsize=2048)
def _made(
    id_: str, title: str, group: str, names: tuple[str, ...], unit: str, flow: bool
) -> Candidate:
    rough = id_.startswith("fact.")
    return Candidate(id_, title, (title, *names), unit, group, flow, rough)


def _candidate(one: Any_) -> Candidate:
    with override("zh-hans"):
        title, group = str(one.title), str(one.group)
    flow = isinstance(one, Measure) and bool(_sources[one.source].at if one.at is None else one.at)
    return _made(one.id, title, group, (*one.synonyms, *words().get(one.id, ())), one.unit, flow)
