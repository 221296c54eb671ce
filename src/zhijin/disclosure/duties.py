"""What must be published how often, and what of it is done, due or late: computed, never stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Min, Q
from django.utils.translation import get_language

from zhijin.core import calendar, clock
from zhijin.core.ids import place_span
from zhijin.disclosure import catalogue, periods
from zhijin.disclosure.models import Document, Duty
from zhijin.disclosure.periods import Period
from zhijin.ui import spans

#: How many ended periods the calendar looks back over, by rhythm.
BACK = {"month": 2, "quarter": 2, "year": 1}


@dataclass(frozen=True, slots=True)
class Item:
    """One duty for one period at one place. ``state``: done, late_done, due, late."""

    duty: Duty
    period: Period
    due_on: date
    place_code: str
    state: str
    document: Document | None

    @property
    def title(self) -> str:
        return title_of(self.duty)

    @property
    def heading(self) -> str:
        """What the document that fulfils it is called: the duty with its period."""
        return spans.titled(self.period.key, self.title)

    @property
    def board(self) -> catalogue.Board:
        return catalogue.BOARDS[self.duty.board]


def title_of(duty: Duty) -> str:
    """The duty's title in the reader's language."""
    return duty.title_en if (get_language() or "").startswith("en") else duty.title


def in_force(county: int, day: date) -> list[Duty]:
    """A county's duties on a day: its own rows, and the general ones for keys it has no row for."""
    held = Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gt=day))
    rows = Duty.objects.filter(held, county__in=(0, county)).order_by("board", "key")
    own = {row.key for row in rows if row.county == county}
    return [row for row in rows if row.county == county or row.key not in own]


def find(county: int, key: str, day: date | None = None) -> Duty | None:
    """The duty called ``key`` as it holds in a county; None when there is none."""
    rows = in_force(county, day or clock.today())
    return next((row for row in rows if row.key == key), None)


def due_on(county: int, key: str, period_key: str) -> date | None:
    """The last day to publish a duty for a period; None where no duty says so."""
    period = periods.read(period_key) if period_key else None
    duty = find(county, key, period.last) if period and key else None
    return last_day(duty, period) if duty is not None and period is not None else None


def last_day(duty: Duty, period: Period) -> date:
    """``within`` days after the period's end; a day off moves to the next workday."""
    day = period.last + timedelta(days=duty.within)
    days = calendar.current()
    while not days.is_workday(day):
        day += timedelta(days=1)
    return day


def calendar_of(place_code: str, county: int, today: date) -> list[Item]:
    """What a place has to publish now and lately, the most pressing first; three statements.

    Of every duty the period that ended last counts, and earlier ones only since the place publishes
    here at all: nobody is late for what was before.
    """
    return calendars_of([place_code], place_code, county, today)


def calendars_of(codes: Sequence[str], within: str, county: int, today: date) -> list[Item]:
    """:func:`calendar_of` for several places of a county that lie in one place; three statements in all."""
    lo, hi = place_span(within)
    here = Document.objects.filter(
        county=county, place_key__gte=lo, place_key__lt=hi, place_code__in=codes
    )
    published = here.filter(state=Document.State.PUBLISHED)
    first = dict(published.values_list("place_code").annotate(first=Min("published_at")))
    duties = in_force(county, today)
    wanted = {
        code: list(
            _wanted(duties, today, clock.local(first[code]).date() if code in first else today)
        )
        for code in codes
    }
    rows = here.filter(
        duty__in={duty.key for duty in duties},
        period__in={period.key for pairs in wanted.values() for _, period in pairs},
    ).order_by("published_at", "id")  # fmt: skip
    found: dict[tuple[str, str, str], list[Document]] = {}
    for row in rows:
        found.setdefault((row.place_code, row.duty, row.period), []).append(row)
    items = [
        _item(duty, period, code, found.get((code, duty.key, period.key), []), today)
        for code, pairs in wanted.items()
        for duty, period in pairs
    ]
    order = {"late": 0, "due": 1, "late_done": 2, "done": 3}
    return sorted(items, key=lambda x: (order[x.state], x.due_on, x.duty.board, x.duty.key))


def _wanted(rows: Sequence[Duty], today: date, since: date) -> Iterable[tuple[Duty, Period]]:
    for duty in rows:
        for back, period in enumerate(periods.ended(duty.every, today, BACK[duty.every])):
            if period.last >= duty.valid_from and (not back or period.last >= since):
                yield duty, period


def _item(
    duty: Duty, period: Period, place_code: str, rows: Sequence[Document], today: date
) -> Item:
    """How a duty stands by what is public of it, or else by what is being drafted.

    A correction that is being drafted makes nothing late, and one that took an earlier document's place was
    published when that one was. The day is the one that was told when it was drafted, whatever the rule says since.
    """
    public = [row for row in rows if row.state == Document.State.PUBLISHED]
    drafts = [row for row in rows if not row.is_public and row.corrects is None]
    document = next(iter([*reversed(public), *drafts]), None)
    first = _first_of(document, rows) if document else None
    last = (first.due_on if first else None) or last_day(duty, period)
    published = first.published_at if first else None
    if published is not None:
        state = "done" if clock.local(published).date() <= last else "late_done"
    else:
        state = "late" if today > last else "due"
    return Item(duty, period, last, place_code, state, document)


def _first_of(document: Document, rows: Sequence[Document]) -> Document:
    """What a correction goes back to, over corrections of corrections."""
    by_id = {row.id: row for row in rows}
    first = document
    while first.corrects is not None and first.corrects in by_id:
        first = by_id[first.corrects]
    return first
