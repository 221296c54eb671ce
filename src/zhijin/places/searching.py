"""Search of places by Chinese name or by code, for people who type: a few best hits, quickly."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import Q

from zhijin.core.actor import KEY_LIMIT
from zhijin.core.ids import Level, ancestor_codes, is_code, place_span
from zhijin.places.models import Place
from zhijin.places.names import bigrams, short_name
from zhijin.places.selectors import current_q, within_q

#: More places of a wide level than this, and a word is too common to narrow a search.
_SPANS = 40
_WIDE = (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP)
# The array operand is cast so that the index on places_bigrams(name) serves it.
_SEARCH = """
SELECT code FROM places_place
WHERE name LIKE %(like)s AND (%(grams)s::text[] = '{}' OR places_bigrams(name) @> %(grams)s::text[])
  AND (valid_to IS NULL OR valid_to > CURRENT_DATE OR %(ended)s)
  AND (%(levels)s::text[] = '{}' OR level = ANY(%(levels)s::text[]))
  AND key <@ %(spans)s::int8multirange AND key <@ %(within)s::int8multirange
ORDER BY name <> ALL(%(exact)s::text[]), name NOT LIKE %(prefix)s, length(name), key
LIMIT %(limit)s
"""
_ALL = ((0, KEY_LIMIT),)
_EVERYWHERE = f"{{[0,{KEY_LIMIT})}}"


def search(
    text: str,
    *,
    root: str | None = None,
    levels: tuple[str, ...] = (),
    limit: int = 20,
    ended: bool = False,
    within: Sequence[tuple[int, int]] = _ALL,
) -> list[Place]:
    """Places whose name holds the words of `text`, or whose code begins with its digits.

    Words are divided by blanks; the last names the place, those before it a wider place: 黎平 口江.
    Exact names come first, then beginnings, then shorter names. `root` keeps to a subtree, `within`
    to ranges of keys; the wider places that words name may lie outside of these.
    """
    words = text.split()
    if not words:
        return []
    if words[-1].isdecimal() and words[-1].isascii():
        return _by_code(words[-1], root, levels, limit, ended, within)
    found: list[Place] = []
    # A grid's name says little without its village's.
    for wider in (_WIDE, (*_WIDE, Level.VILLAGE)):
        spans = _spans_of(words[:-1], root, wider)
        if spans is not None:
            found = _by_name(words[-1], spans, levels, limit, ended, _multirange(within))
        if found or len(words) == 1:
            break
    if not found and len(words) == 1:
        found = _run_together(words[0], root, levels, limit, ended, _multirange(within))
    return found


def _by_name(
    word: str, spans: str, levels: tuple[str, ...], limit: int, ended: bool,
    within: str = _EVERYWHERE,
) -> list[Place]:  # fmt: skip
    plain = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    exact = {word, *(word + ending for ending in ("村委会", "居委会", "村民委员会"))}
    if word.endswith("村"):
        exact |= {word[:-1] + "村委会", word[:-1] + "村民委员会"}
    with connection.cursor() as cursor:
        cursor.execute(
            _SEARCH,
            {
                "like": f"%{plain}%", "prefix": f"{plain}%", "grams": bigrams(word),
                "exact": sorted(exact), "ended": ended, "levels": list(levels), "spans": spans,
                "limit": limit, "within": within,
            },
        )  # fmt: skip
        codes = [code for (code,) in cursor.fetchall()]
    places = Place.objects.in_bulk(codes)
    return [places[code] for code in codes]


def _by_code(
    digits: str, root: str | None, levels: tuple[str, ...], limit: int, ended: bool,
    within: Sequence[tuple[int, int]],
) -> list[Place]:  # fmt: skip
    where = _code_q(digits) & (Q() if ended else current_q())
    if within != _ALL:
        where &= _within_keys(within)
    if root:
        where &= within_q(root)
    if levels:
        where &= Q(level__in=levels)
    return list(Place.objects.filter(where)[:limit])


def _within_keys(ranges: Sequence[tuple[int, int]]) -> Q:
    found = Q(pk__in=())
    for lo, hi in ranges:
        found |= Q(key__gte=lo, key__lt=hi)
    return found


def _code_q(digits: str) -> Q:
    """Keys of every code that begins with the digits."""
    if len(digits) > 15:
        return Q(pk__in=())
    if len(digits) > 12:
        return Q(code__startswith=digits) & within_q(digits[:12])
    lo = int(digits.ljust(12, "0")) * 10**6
    return Q(key__gte=lo, key__lt=lo + 10 ** (12 - len(digits)) * 10**6)


def _spans_of(words: list[str], root: str | None, levels: Sequence[Level]) -> str | None:
    """The subtrees that the leading words name, each inside the one before; None when none."""
    spans = [place_span(root)] if root and is_code(root) else []
    text = _multirange(spans) if spans else _EVERYWHERE
    for word in words:
        places = _by_name(word, text, tuple(level.value for level in levels), _SPANS, False)
        if not places:
            return None
        text = _multirange([place.span for place in places])
    return text


def _run_together(
    word: str, root: str | None, levels: tuple[str, ...], limit: int, ended: bool, within: str
) -> list[Place]:
    """黎平县口江乡口江村 written as one word: divide where a wider place's name ends."""
    for cut in range(len(word) - 2, 1, -1):
        head, tail = word[:cut], word[cut:]
        if head[-1] not in "省市州县区乡镇道盟旗":
            continue
        wider = _widest(head, root)
        if wider:
            spans = _multirange([p.span for p in wider])
            inside = _by_name(tail, spans, levels, limit, ended, within)
            if inside:
                return inside
    return []


def _widest(head: str, root: str | None) -> list[Place]:
    """Places whose path of names ends in `head`: the last name, then check those above."""
    for start in range(len(head) - 1):
        spans = _multirange([place_span(root)]) if root and is_code(root) else _EVERYWHERE
        wide = tuple(level.value for level in _WIDE)
        places = [
            p for p in _by_name(head[start:], spans, wide, _SPANS, False) if p.name == head[start:]
        ]
        if places and start == 0:
            return places
        kept = [p for p in places if head.endswith(_path(p)[-len(head) :])]
        if kept:
            return kept
    return []


def _path(place: Place) -> str:
    codes = ancestor_codes(place.code)
    names = dict(Place.objects.filter(code__in=codes).values_list("code", "name"))
    return "".join(short_name(names.get(code, "")) for code in codes) + place.name


def _multirange(spans: Sequence[tuple[int, int]]) -> str:
    return "{" + ",".join(f"[{lo},{hi})" for lo, hi in spans) + "}"
