"""Last part of a plan: peer groups with their fallback, ranks with shared places, and who is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from zhijin.assessment.engine.compile_scores import tie_columns
from zhijin.assessment.engine.dialects import Dialect
from zhijin.assessment.engine.marks_model import Mark, Running
from zhijin.assessment.engine.represent import Representation


def rank_steps(book: Representation, how: Dialect) -> Iterator[tuple[str, str]]:
    """``ranked`` (in the group that is used), ``score``, ``tail``, ``mark``."""
    yield "ranked", _ranked(book)
    dims = how.array(f"t.c{k}" for k in range(len(book.components)))
    score = (
        f"SELECT t.org_key, t.place_key, t.kind, t.sector, t.industry, t.total, t.adjusted,"
        f" {dims} AS dims, r.rank_no, r.rank_of, r.tied, r.group_key, r.used"
        " FROM total t LEFT JOIN ranked r ON r.org_key = t.org_key"
    )
    yield "score", score
    yield "tail", _tail(book, how)
    yield "mark", _marks(book, how)


def _order(book: Representation) -> str:
    """Best first. What is missing counts below any score, the same on every engine."""
    return ", ".join(["total DESC", *(f"COALESCE({name}, -1) DESC" for name in tie_columns(book))])


def _key(names: Iterable[str]) -> str:
    """The group's attributes as one text, such as ``520181002/1``."""
    return "CONCAT(" + ", '/', ".join(names) + ", '')"


def _grouped(book: Representation) -> str:
    """Rank, size and last place of its block of equals, in every candidate group."""
    columns = list(dict.fromkeys(name for names in book.groups for name in names))
    for j, names in enumerate(book.groups):
        keys = ", ".join(names)
        columns.append(f"COUNT(*) OVER (PARTITION BY {keys}) AS of_{j}")
        # RANK is the first place of a block of equals, the running count its last one.
        window = f"(PARTITION BY {keys} ORDER BY {_order(book)})"
        columns.append(f"RANK() OVER {window} AS first_{j}, COUNT(*) OVER {window} AS last_{j}")
    return f"SELECT org_key, total, {', '.join(columns)} FROM total WHERE total IS NOT NULL"


def _ranked(book: Representation) -> str:
    last = len(book.groups) - 1

    def chosen(*columns: str) -> str:
        cases = " ".join(f"WHEN of_{j} >= {book.least} THEN {columns[j]}" for j in range(last))
        return f"CASE {cases} ELSE {columns[last]} END" if last else columns[0]

    def each(column: str) -> str:
        return chosen(*(column.format(j=j) for j in range(last + 1)))

    return (
        f"SELECT org_key, total, {each('{j}')} AS used, {each('first_{j}')} AS rank_no,"
        f" {each('of_{j}')} AS rank_of, {each('last_{j} - first_{j} + 1')} AS tied,"
        f" {chosen(*map(_key, book.groups))} AS group_key FROM ({_grouped(book)}) g"
    )


#: Where all are equal nobody is first or last; so one alone is never named either.
_APART: Final = "tied < rank_of"


def _position(end: str) -> str:
    """The first place of the block of equals, counted from that end."""
    return "rank_no" if end == "first" else "(rank_of - rank_no - tied + 2)"


def _inside(position: str, line: str, ties: str) -> str:
    """All of the equals at the line, or none of them."""
    return f"{position} <= {line}" if ties == "all" else f"{position} + tied - 1 <= {line}"


def _tail(book: Representation, how: Dialect) -> str:
    """Who is among the first or last of the rule's group in this period."""
    parts = [
        _tail_of(book, mark, mark.running, how) for mark in book.marks if mark.running is not None
    ]
    return " UNION ALL ".join(parts) or (
        "SELECT org_key, '' AS mark, rank_no AS place_no, rank_of, group_key FROM ranked WHERE 1 = 0"
    )


def _tail_of(book: Representation, mark: Mark, rule: Running, how: Dialect) -> str:
    keys = ", ".join(rule.of)
    window = f"(PARTITION BY {keys} ORDER BY {_order(book)})"
    places = (
        f"SELECT org_key, COUNT(*) OVER (PARTITION BY {keys}) AS rank_of, RANK() OVER {window} AS rank_no,"
        f" COUNT(*) OVER {window} - RANK() OVER {window} + 1 AS tied,"
        f" {_key(rule.of)} AS group_key FROM total WHERE total IS NOT NULL"
    )
    position = _position("first" if rule.first else "last")
    return (
        f"SELECT org_key, {how.text(mark.id)} AS mark, {position} AS place_no, rank_of, group_key"
        f" FROM ({places}) p"
        f" WHERE rank_of >= {rule.least} AND {_inside(position, str(rule.size), rule.ties)} AND {_APART}"
    )


def line(mark: Mark, size: str, how: Dialect) -> str:
    """How many of a group of ``size`` the mark names, before equals are looked at."""
    share = f"({mark.proportion} * {size})"
    number = how.cut(share if mark.round == "down" else f"({share} + 9999)", "10000")
    number = f"GREATEST({number}, {mark.least or 0})"
    return f"LEAST({number}, {mark.most})" if mark.most is not None else number


def _marks(book: Representation, how: Dialect) -> str:
    parts = []
    for mark in book.marks:
        if mark.proportion is not None:
            parts.append(_by_proportion(book, mark, how))
        if mark.running is not None:
            parts.append(
                f"SELECT t.org_key, t.mark, 'running' AS rule, t.place_no,"
                f" CAST({mark.running.size} AS BIGINT) AS line, t.rank_of, t.group_key FROM tail t"
                f" JOIN (SELECT org_key FROM earlier WHERE mark = {how.text(mark.id)}"
                f" AND back BETWEEN 1 AND {mark.running.months - 1} GROUP BY org_key"
                f" HAVING COUNT(DISTINCT back) = {mark.running.months - 1}) e"
                f" ON e.org_key = t.org_key WHERE t.mark = {how.text(mark.id)}"
            )
    return " UNION ALL ".join(parts) or (
        "SELECT org_key, '' AS mark, '' AS rule, rank_no AS place_no, rank_no AS line, rank_of,"
        " group_key FROM ranked WHERE 1 = 0"
    )


def _by_proportion(book: Representation, mark: Mark, how: Dialect) -> str:
    position = _position(mark.end)
    where = [_inside(position, line(mark, "rank_of", how), mark.ties or "none"), _APART]
    if not book.mark_small:
        where.append(f"rank_of >= {book.least}")
    if mark.below is not None:
        where.append(f"total < {mark.below}")
    if mark.above is not None:
        where.append(f"total > {mark.above}")
    return (
        f"SELECT org_key, {how.text(mark.id)} AS mark, 'proportion' AS rule, {position} AS place_no,"
        f" CAST({line(mark, 'rank_of', how)} AS BIGINT) AS line, rank_of, group_key FROM ranked"
        f" WHERE {' AND '.join(where)}"
    )
