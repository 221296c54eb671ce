"""A branch's calendar as iCalendar (RFC 5545): its meetings, and the last day of what is still due.

It holds no names of members and no minutes: whoever has the private address sees when and where, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.utils import translation

from zhijin.activities.meetings.reading import Year
from zhijin.activities.models import Meeting
from zhijin.ui import spans

CONTENT_TYPE = "text/calendar; charset=utf-8"
_OCTETS = 75


def escape(text: str) -> str:
    """A TEXT value (RFC 5545, 3.3.11)."""
    flat = text.replace("\r\n", "\n").replace("\r", "\n")
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        flat = flat.replace(plain, written)
    return flat


def fold(line: str) -> str:
    """A content line in parts of at most 75 octets, never inside a character (3.1)."""
    parts: list[str] = []
    size, current = 0, ""
    for char in line:
        octets = len(char.encode())
        # A continuation begins with a space, which counts.
        if size + octets > _OCTETS - (1 if parts else 0):
            parts.append(current)
            current, size = "", 0
        current += char
        size += octets
    return "\r\n ".join([*parts, current])


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _day(on: date) -> str:
    return on.strftime("%Y%m%d")


def feed(year: Year, now: datetime, host: str) -> bytes:
    """The calendar of one branch. ``now`` stamps it; ``host`` makes its ids unique in the world."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Zhijin//branch life//ZH", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", f"X-WR-CALNAME:{escape(year.branch.org_name)}", "X-WR-TIMEZONE:Asia/Shanghai",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
    ]  # fmt: skip
    held = [m for row in year.rows for cell in row.cells for m in cell.held]
    for meeting in (*year.coming, *held):
        lines += _meeting(meeting, now, host)
    for kind, cell in year.due:
        if not cell.called:
            uid = f"due-{year.branch.org_key}-{kind.id}-{cell.period.name}@{host}"
            # The kinds have their Chinese titles here, so the period is told in Chinese, too.
            with translation.override("zh-hans"):
                told = spans.period(cell.period.name)
            lines += _due(uid, f"{kind.title.zh}（{told}截止）", cell.period.last, now)
    lines.append("END:VCALENDAR")
    return ("\r\n".join(fold(line) for line in lines) + "\r\n").encode()


def _meeting(row: Meeting, now: datetime, host: str) -> Iterator[str]:
    agenda = "\n".join(f"{n}. {line}" for n, line in enumerate(row.agenda, 1))
    yield from (
        "BEGIN:VEVENT", f"UID:{row.id}@{host}", f"DTSTAMP:{_moment(now)}",
        f"DTSTART:{_moment(row.starts_at)}", f"DTEND:{_moment(row.starts_at + timedelta(hours=1))}",
        f"SUMMARY:{escape(row.title)}", f"DESCRIPTION:{escape(agenda)}",
    )  # fmt: skip
    if row.place:
        yield f"LOCATION:{escape(row.place)}"
    if row.link:
        # A URI is no TEXT: it is not escaped, and may hold no control characters (refused on the way in).
        yield f"URL:{row.link}"
    if row.state == Meeting.State.CALLED:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT1H", f"DESCRIPTION:{escape(row.title)}",
                    "END:VALARM")  # fmt: skip
    yield "END:VEVENT"


def _due(uid: str, title: str, last: date, now: datetime) -> Iterator[str]:
    yield from (
        "BEGIN:VEVENT", f"UID:{uid}", f"DTSTAMP:{_moment(now)}", f"DTSTART;VALUE=DATE:{_day(last)}",
        f"DTEND;VALUE=DATE:{_day(last + timedelta(days=1))}", f"SUMMARY:{escape(title)}",
        "TRANSP:TRANSPARENT", "END:VEVENT",
    )  # fmt: skip
