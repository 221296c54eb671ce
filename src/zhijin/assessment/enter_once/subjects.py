"""What a row of a sheet is about: a place, an organisation, a month. By code, by name, by likeness.

Places are public, so rows outside the reader's scope are recognised too and can be told as such; their
figures are never computed. Organisations are known only as far as the reader sees them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from zhijin.assessment.enter_once.layout import Table, clean
from zhijin.assessment.enter_once.likeness import alike
from zhijin.assessment.enter_once.periods import Period, month
from zhijin.core.actor import Actor
from zhijin.core.ids import is_code, is_within, place_span
from zhijin.orgs import api as orgs
from zhijin.places import api as places

_NUMBERED = re.compile(r"^[（(]?\d{1,3}[)）、.．\s]\s*")
_OFFICE = re.compile(r"(村民委员会|居民委员会|村委会|居委会|人民政府|办事处|党工委|党委)$")
_LEVEL = re.compile(r"(社区|街道|村|乡|镇|县|区|市)$")
_MONTH = re.compile(r"(?:(20\d\d)年)?(\d{1,2})月份?")
#: Below this a name is not guessed at; the clerk chooses.
LEAST = 55
_LEVELS = ("province", "prefecture", "county", "township", "village")
_MOST_NAMES = 2_000


@dataclass(frozen=True, slots=True)
class Subject:
    """``place:530602105207``, ``org:530602…``, ``month:2026-07``; with the name that people know."""

    kind: str
    id: str
    name: str

    @property
    def ref(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Found:
    """A row's subject: how sure (percent; 100 is exact), and what else it may be."""

    subject: Subject | None
    percent: int = 0
    others: tuple[Subject, ...] = ()


@dataclass
class Gazetteer:
    """The names that a sheet may use, for one reader and office."""

    office: str
    titles: dict[str, str] = field(default_factory=dict)
    exact: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    loose: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    orgs: dict[str, list[orgs.Organisation]] = field(default_factory=lambda: defaultdict(list))
    year: int = 0

    def known(self, text: str) -> bool:
        """Whether a cell names a subject outright."""
        if _MONTH.fullmatch(text):
            return True
        name = plain(text)
        return name in self.exact or name in self.orgs or (is_code(text) and text in self.titles)

    def place(self, code: str) -> Subject:
        return Subject("place", code, self.titles.get(code, code))


def plain(text: str) -> str:
    """A name as it is compared: no blanks, no number before it, no office after it."""
    name = _NUMBERED.sub("", clean(text))
    short = places.short_name(name)
    return _OFFICE.sub("", short) or short


def gazetteer(actor: Actor, office: str, texts: Iterable[str], year: int) -> Gazetteer:
    """The places around ``office`` (its county, or all below it where it is wider) and the
    organisations that ``texts`` name and ``actor`` sees."""
    out = Gazetteer(office, year=year)
    root = office[:6]
    if root:
        rows = places.subtree(root, *_LEVELS).values_list("code", "name")
        _add(out, rows)
        _add(out, [(p.code, p.name) for p in places.ancestors(root)])
    if len(office) >= 12:
        _add(out, places.subtree(office[:12], "group", "grid").values_list("code", "name"))
    names = list(dict.fromkeys(t for t in map(clean, texts) if 2 <= len(t) <= 60))[:_MOST_NAMES]
    seen = orgs.visible(actor).filter(valid_to=None)
    for org in seen.filter(name__in=names).only("key", "name", "place_code", "credit_code"):
        out.orgs[plain(org.name)].append(org)
    codes = [name for name in names if len(name) == 18]
    if codes:
        for org in seen.filter(credit_code__in=codes).only("key", "name", "credit_code"):
            out.orgs[org.credit_code].append(org)
    return out


def _add(out: Gazetteer, rows: Iterable[tuple[str, str]]) -> None:
    for code, name in rows:
        short = plain(name)
        out.titles[code] = places.short_name(name)
        out.exact[short].append(code)
        out.loose[_LEVEL.sub("", short) or short].append(code)


def match(table: Table, names: Gazetteer, sheet: Period) -> dict[int, Found]:
    """What each row of a table is about."""
    if table.kind != "rows":
        return {row: Found(names.place(names.office), 100) for row in table.rows if names.office}
    first = {row: _outright(table.names[row], names) for row in table.rows}
    around = _around(first)
    level = _level(first)
    out = {}
    for row in table.rows:
        words, candidates = table.names[row], first[row]
        chosen = _choose(candidates, words[1:], names, around)
        out[row] = chosen if chosen.subject else _guess(words, names, around, level, chosen)
    return out


def _outright(words: Sequence[str], names: Gazetteer) -> list[Subject]:
    """Everything that the telling cell may name; a code in the row settles it."""
    for word in words:
        if is_code(word) and word in names.titles:
            return [names.place(word)]
    name = words[0] if words else ""
    if hit := _MONTH.fullmatch(name):
        if not 1 <= int(hit[2]) <= 12:
            return []
        when = f"{hit[1] or names.year}-{int(hit[2]):02d}"
        return [Subject("month", when, when)]
    key = plain(name)
    found = [Subject("org", str(org.key), org.name) for org in names.orgs.get(key, ())]
    codes = names.exact.get(key) or names.loose.get(key) or []
    return [*(names.place(code) for code in codes), *found]


def _around(first: dict[int, list[Subject]]) -> Counter[str]:
    """The townships (or counties) that the unambiguous rows lie in."""
    return Counter(
        found[0].id[:9] for found in first.values() if len(found) == 1 and found[0].kind == "place"
    )


def _level(first: dict[int, list[Subject]]) -> int:
    """How long the codes of most rows are."""
    sure = (found[0].id for found in first.values() if len(found) == 1 and found[0].kind == "place")
    lengths = Counter(map(len, sure))
    return lengths.most_common(1)[0][0] if lengths else 12


def _choose(
    candidates: Sequence[Subject], beside: Sequence[str], names: Gazetteer, around: Counter[str]
) -> Found:
    """One of several of the same name: the one below a place that the row names too, else the one in
    the office's own place, else the one where most rows are."""
    if len(candidates) == 1:
        return Found(candidates[0], 100)
    above = {code for word in beside for code in names.exact.get(plain(word), ())}
    own = {names.office[:9]} if len(names.office) >= 9 else set()
    for wider in (above, own):
        kept = [one for one in candidates if one.kind == "place" and _below(one.id, wider)]
        if len(kept) == 1:
            return Found(kept[0], 100, tuple(c for c in candidates if c != kept[0])[:5])
    ranked = sorted(candidates, key=lambda s: -around.get(s.id[:9], 0))
    if len(ranked) > 1 and around.get(ranked[0].id[:9], 0) > around.get(ranked[1].id[:9], 0):
        return Found(ranked[0], 75, tuple(ranked[1:6]))
    return Found(None, 0, tuple(ranked[:6]))


def _below(code: str, wider: set[str]) -> bool:
    return any(is_within(code, one) and code != one for one in wider)


def _guess(
    words: Sequence[str], names: Gazetteer, around: Counter[str], level: int, so_far: Found
) -> Found:
    """The most alike names of the same level, near the other rows first."""
    if so_far.others or not words:
        return so_far
    want = plain(words[0])
    near = set(around)
    scored = []
    for code, title in names.titles.items():
        if len(code) != level:
            continue
        percent = alike(want, plain(title)) + (5 if code[:9] in near else 0)
        if percent >= LEAST:
            scored.append((min(percent, 95), code))
    scored.sort(key=lambda pair: (-pair[0], pair[1]))
    if not scored:
        return Found(None)
    others = tuple(names.place(code) for _percent, code in scored[:6])
    clear = len(scored) == 1 or scored[0][0] - scored[1][0] >= 10
    return Found(others[0] if clear else None, scored[0][0], others[1:] if clear else others)


def months_period(subject: Subject) -> Period:
    """The days of a row that is a month."""
    year, number = subject.id.split("-")
    return month(int(year), int(number))


def covers(actor: Actor, code: str) -> bool:
    """Whether the reader's scope holds the whole of a place: part of it would give a part of a figure."""
    lo, hi = place_span(code)
    return any(low <= lo and hi <= high for low, high in actor.scope.places)


def offices(actor: Actor) -> list[str]:
    """Places of the actor's grants, widest first."""
    from zhijin.core.roles import ADMINISTRATIVE

    codes = {g.place_code for g in actor.grants if g.role not in ADMINISTRATIVE and g.place_code}
    return sorted(codes, key=lambda code: (len(code), code))
