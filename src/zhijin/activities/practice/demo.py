"""The demonstration's practice, simulated on real places: 230 peasant paintings of 水城区 and 陡箐村, 28 exhibitions,
160,000 who took part (document 002), and a council for weddings and funerals with its charter."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from PIL import Image, ImageDraw

from zhijin.activities.deliberation.demo import _begin, _sit
from zhijin.activities.models import Matter, Show, Work
from zhijin.activities.practice import demo_texts as texts
from zhijin.activities.practice import writing
from zhijin.activities.practice.reading import CHARTER
from zhijin.activities.services.common import keys_of
from zhijin.core import clock, facts, files
from zhijin.core.actor import Actor
from zhijin.core.facts import NewFact
from zhijin.core.ids import place_key
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Organisation
from zhijin.places import api as places

MAKER = Actor("system", "demo", "演示画社")
VILLAGE: Final = "520204109200"
COUNTY: Final = "520204"
#: Organisation (empty: the village's own), works, exhibitions.
SHARES: Final = (("", 124, 13), ("水城区文化和旅游局党支部", 61, 10), ("水城区教育局党支部", 45, 5))
_WALL, _INK = (250, 244, 230), (58, 42, 40)
_BRIGHT = (
    (214, 58, 56),
    (243, 156, 36),
    (66, 133, 92),
    (44, 110, 160),
    (150, 70, 140),
    (236, 198, 60),
)


def make(today: date) -> int:
    """Everything, once; returns how many works there are."""
    with scoped(MAKER):
        if places.known(VILLAGE) and not Work.objects.filter(simulated=True).exists():
            for number, (name, works, shows) in enumerate(SHARES):
                org = _org(name)
                if org is not None:
                    _works(org, number, works, today)
                    _shows(org, number, shows, today)
                    _events(org, number, today)
        if (
            places.known(VILLAGE)
            and not Matter.objects.filter(line=CHARTER, simulated=True).exists()
        ):
            _charter(today)
        return Work.objects.filter(simulated=True).count()


def _org(name: str) -> Organisation | None:
    rows = orgs.Organisation.objects.filter(
        simulated=True, valid_to=None, kind__in=orgs.PARTY_KINDS
    )
    rows = rows.filter(name=name) if name else rows.filter(place_key=place_key(VILLAGE))
    return rows.order_by("key").first()


def _at(day: date, hour: int = 10) -> Any:
    return clock.freeze(datetime.combine(day, time(hour), clock.TZ))


def _works(org: Organisation, number: int, size: int, today: date) -> None:
    """Works finished over the year past; written together, each with the fact that writing it down leaves."""
    rng = random.Random(f"works:{number}")
    rows = [_work(org, rng, at, today) for at in range(size)]
    Work.objects.bulk_create(rows, batch_size=500)
    facts.record_many(
        NewFact("activity.practice.work", row.made_at, row.place_code, row.record, MAKER.label, row.record,
                org_key=row.org_key, attrs={"kind": row.kind, "topic": row.topic})
        for row in rows
    )  # fmt: skip


def _work(org: Organisation, rng: random.Random, at: int, today: date) -> Work:
    # Half of them are about customs, as in the document.
    topic = "customs" if at % 2 else rng.choice(("manners", "manners", "family", "law", "home"))
    names = texts.TITLES[topic]
    day = today - timedelta(days=5 + rng.randrange(340))
    return Work(
        **keys_of(org), kind="painting", topic=topic, title=f"{names[at // 2 % len(names)]}（{at + 1}）",
        about=texts.ABOUT, by=texts.SCHOOLS[at % len(texts.SCHOOLS)], consent=texts.CONSENT,
        digest=_stored(_painting(rng)), finished_on=day, made_by=MAKER.label,
        made_at=datetime.combine(day, time(16), clock.TZ), simulated=True,
    )  # fmt: skip


def _stored(picture: Image.Image) -> str:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    size = out.tell()
    out.seek(0)
    return files.store_photo(out, "demo.png", size).digest


def _painting(rng: random.Random) -> Image.Image:
    """A drawing in the manner of peasant paintings: flat bright colours, striped hills, houses, big flowers."""
    picture = Image.new("RGB", (480, 360), _WALL)
    draw = ImageDraw.Draw(picture)
    sun = rng.randrange(60, 420)
    draw.ellipse((sun - 42, 24, sun + 42, 108), fill=_BRIGHT[0], outline=_INK, width=3)
    for layer in range(3):
        _hill(draw, rng, 150 + 45 * layer)
    for at in range(rng.randrange(2, 5)):
        _house(draw, 40 + at * 108 + rng.randrange(-14, 14), 250, rng.choice(_BRIGHT))
    for _n in range(rng.randrange(5, 9)):
        _flower(draw, rng)
    draw.text((8, 344), "DEMO", fill=_INK)
    return picture


def _hill(draw: ImageDraw.ImageDraw, rng: random.Random, top: int) -> None:
    colour = rng.choice(_BRIGHT[2:])
    middle, width = rng.randrange(0, 480), rng.randrange(260, 460)
    for band in range(6):
        shade = tuple(min(255, part + band * 16) for part in colour)
        inset = band * 13
        draw.ellipse(
            (middle - width + inset * 2, top + inset, middle + width - inset * 2, top + 420),
            fill=shade, outline=_INK,
        )  # fmt: skip


def _house(draw: ImageDraw.ImageDraw, x: int, y: int, colour: tuple[int, int, int]) -> None:
    draw.rectangle((x, y, x + 62, y + 46), fill=_WALL, outline=_INK, width=2)
    draw.polygon([(x - 9, y), (x + 31, y - 28), (x + 71, y)], fill=colour, outline=_INK)
    draw.rectangle((x + 24, y + 18, x + 40, y + 46), fill=colour, outline=_INK)


def _flower(draw: ImageDraw.ImageDraw, rng: random.Random) -> None:
    x, y, size = rng.randrange(20, 460), rng.randrange(296, 340), rng.randrange(9, 19)
    colour = rng.choice(_BRIGHT)
    for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        draw.ellipse(
            (x + dx * size - size, y + dy * size - size, x + dx * size + size, y + dy * size + size),
            fill=colour, outline=_INK,
        )  # fmt: skip
    draw.ellipse(
        (x - size // 2, y - size // 2, x + size // 2, y + size // 2), fill=_BRIGHT[5], outline=_INK
    )


def _days(number: int, size: int, today: date) -> Iterator[date]:
    """Days spread over the last ten months."""
    for at in range(size):
        yield today - timedelta(days=12 + at * 300 // size + number)


def _shows(org: Organisation, number: int, size: int, today: date) -> None:
    """Exhibitions that were held, between one and three thousand visitors each; one that lies ahead."""
    rng = random.Random(f"shows:{number}")
    for at, day in enumerate(_days(number, size, today)):
        where = texts.PLACES[at % len(texts.PLACES)]
        title = f"农民画里话文明画展·{where}"
        _held(org, ("exhibit", title, where, 900 + rng.randrange(1700), 0, "入口计数器"), day)
    if number == 0:
        kind, title, where = texts.NEXT
        with _at(today):
            start = datetime.combine(today + timedelta(days=9), time(10), clock.TZ)
            plan = writing.Plan(kind, title, start, where)
            writing.call(actor=MAKER, org_key=org.key, plan=plan, simulated=True)


def _events(org: Organisation, number: int, today: date) -> None:
    """Courses, talks, a performance and the online exhibition: a third of them by each."""
    for at, event in enumerate(texts.EVENTS):
        if at % len(SHARES) == number:
            _held(org, event, today - timedelta(days=30 + 40 * at))


def _held(org: Organisation, event: tuple[str, str, str, int, int, str], day: date) -> Show:
    kind, title, where, came, online, how = event
    with _at(day, 18):
        plan = writing.Plan(
            kind, title, datetime.combine(day, time(10), clock.TZ), where,
            "" if where else "https://example.org/works",
        )  # fmt: skip
        row = writing.call(actor=MAKER, org_key=org.key, plan=plan, simulated=True)
        return writing.held(actor=MAKER, show_id=row.id, count=writing.Count(came, online, how))


def _charter(today: date) -> None:
    """Drafted by the council, adopted by the villagers' representatives, not yet published."""
    charter = None
    for at, roll in enumerate((texts.COUNCIL, texts.PEOPLE)):
        with _at(today - timedelta(days=40 - 9 * at), 20):
            charter = charter or _begin(VILLAGE, CHARTER, texts.CHARTER)
            _sit(charter, roll)
