"""Drafts counted from the facts: nobody types what the record already says.

Each producer answers for one duty. It counts facts and nothing else, and says what it counted, so that
everybody can hold the figures against the record.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import place_span
from zhijin.disclosure import errors, periods
from zhijin.disclosure.documents import Draft
from zhijin.disclosure.periods import Period
from zhijin.ledger.api import kind_title
from zhijin.places import api as places
from zhijin.playbooks import api as playbooks
from zhijin.ui import spans


@dataclass(frozen=True, slots=True)
class Counted:
    """A table with the sentence above it and what it was counted from. No rows: nothing happened."""

    body: str
    columns: list[str]
    rows: list[list[str]]
    sources: list[str]


Producer = Callable[[str, datetime, datetime], Counted]


def produce(*, actor: Actor, place_code: str, duty: str, period_key: str) -> Draft:
    """A draft for ``duty`` and a period, counted in the reader's scope. Raises DS008, DS010."""
    period = periods.read(period_key)
    producer = PRODUCERS.get(duty)
    if period is None or producer is None:
        raise errors.NO_PERIOD(period=period_key)
    first, end = _moments(period)
    counted = producer.count(place_code, first, end)
    if not counted.rows:
        raise errors.NOTHING_TO_COUNT(period=period.key, place=places.label(place_code))
    return Draft(
        board=producer.board, title=spans.titled(period.key, producer.title()), body=counted.body,
        columns=counted.columns, rows=counted.rows, period=period.key, duty=duty,
        sources=counted.sources, origin="counted",
    )  # fmt: skip


def _moments(period: Period) -> tuple[datetime, datetime]:
    zone = clock.local(clock.now()).tzinfo
    return (
        datetime.combine(period.first, time(), zone),
        datetime.combine(period.last + timedelta(days=1), time(), zone),
    )


_CASES = """
SELECT subject,
  count(DISTINCT record) FILTER (WHERE kind = 'case.opened'),
  count(DISTINCT record) FILTER (WHERE kind = 'case.closed'),
  count(DISTINCT record) FILTER (WHERE kind = 'case.closed' AND attrs->>'outcome' = 'solved'),
  count(DISTINCT record) FILTER (WHERE kind = 'case.late')
FROM core_fact
WHERE at >= %s AND at < %s AND place_key >= %s AND place_key < %s
  AND kind IN ('case.opened', 'case.closed', 'case.late')
GROUP BY subject ORDER BY subject
"""


def cases(place_code: str, first: datetime, end: datetime) -> Counted:
    """What residents reported and what became of it, by programme."""
    rows = _rows(_CASES, first, end, place_code)
    lang = "en" if (get_language() or "").startswith("en") else "zh"
    known = playbooks.catalogue(place_code)
    titles = {row.playbook.id: row.playbook.title.in_(lang) for row in known}
    table = [
        [titles.get(subject, subject), *(f"{n:,}" for n in numbers)] for subject, *numbers in rows
    ]
    totals = [sum(row[index] for row in rows) for index in range(1, 5)] if rows else [0] * 4
    if len(table) > 1:
        table.append([_("合计"), *(f"{n:,}" for n in totals)])
    body = _(
        "本期共收到 {opened} 件，办结 {closed} 件，其中已解决 {solved} 件；{late} 件曾经逾期。"
    ).format(opened=totals[0], closed=totals[1], solved=totals[2], late=totals[3])
    columns = [_("事项"), _("收到"), _("办结"), _("其中已解决"), _("曾逾期")]
    sources = [_("事项记录：{count} 件的开立、办结和逾期").format(count=totals[0] + totals[1])]
    return Counted(body, columns, table, sources)


_LEDGER = """
SELECT attrs->>'kind', count(*) FILTER (WHERE kind = 'ledger.posted'),
  coalesce(sum(value) FILTER (WHERE kind = 'ledger.posted'), 0),
  count(*) FILTER (WHERE kind = 'ledger.reversed')
FROM core_fact
WHERE at >= %s AND at < %s AND place_key >= %s AND place_key < %s
  AND kind IN ('ledger.posted', 'ledger.reversed') AND subject = 'points'
GROUP BY 1 ORDER BY 1
"""


def points(place_code: str, first: datetime, end: datetime) -> Counted:
    """How many points were granted and spent in a place's books; nobody's name."""
    rows = _rows(_LEDGER, first, end, place_code)
    table = [
        [kind_title(str(kind)), f"{n:,}", f"{total:,}", f"{back:,}"]
        for kind, n, total, back in rows
    ]
    body = _("本期记账 {count} 笔，冲正 {back} 笔。").format(
        count=sum(row[1] for row in rows), back=sum(row[3] for row in rows)
    )
    columns = [_("种类"), _("笔数"), _("分数"), _("冲正")]
    sources = [_("积分账簿：{count} 笔").format(count=sum(row[1] for row in rows))]
    return Counted(body, columns, table, sources)


def _rows(query: str, first: datetime, end: datetime, place_code: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, [first, end, *place_span(place_code)])
        return list(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Kind:
    """Which board a counted draft belongs on, how it is called, and what counts it."""

    board: str
    title: Callable[[], str]
    count: Producer


PRODUCERS: dict[str, Kind] = {
    "matters-handled": Kind("service", lambda: _("事项办理情况"), cases),
    "points-books": Kind("village", lambda: _("积分收支情况"), points),
}
