"""A demonstration's cases: opened and moved through the real services at made-up times, by a seeded draw.

Every record is flagged as simulated. Nothing here is reached by a real installation.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any
from uuid import UUID

from PIL import Image, ImageDraw

from zhijin.cases import api as cases
from zhijin.core import clock, files
from zhijin.core.actor import Actor, Grant
from zhijin.core.errors import Refusal
from zhijin.core.ids import place_span, uuid7
from zhijin.core.models import StoredFile
from zhijin.core.roles import ROLES, resolve
from zhijin.core.scope import scoped
from zhijin.home.demo.registry import Demo
from zhijin.places import api as places
from zhijin.playbooks.api import catalogue
from zhijin.playbooks.engine import FieldSpec

#: What people write, by programme; other programmes fall back to the last.
WORDS: dict[str, tuple[str, ...]] = {
    "road-hazard": (
        "进村水泥路塌了一块，晚上骑摩托容易摔", "弯道护栏被撞歪了，露出了钢筋", "山坡上掉下来几块石头，占了半边路",
        "桥头积水结冰，早上孩子上学要走", "三组路口的路灯坏了好几天",
    ),
    "sanitation": (
        "河边垃圾堆了一个星期没人清", "垃圾箱满了，狗翻得到处都是", "沟里的水发臭，苍蝇很多", "公厕没有水，冲不了",
    ),
    "dispute": (
        "和隔壁因为地界的事争了几次，想请村里来量一量", "楼上漏水到我家，说了几次没修", "放水灌田的先后起了争执",
    ),
    "suggestion": (
        "建议把文化广场的灯延到晚上十点", "希望赶集日加一班到镇上的车", "建议在小学门口装减速带",
    ),
    "wedding-funeral": ("腊月初八儿子结婚，登记办酒席", "家里老人过世，请红白理事会帮忙"),
    "three-networks": ("独居老人家里的电线老化，看着不安全", "外来租户刚搬来，想登记并了解办事流程"),
    "": ("请工作人员来看一看",),
}  # fmt: skip
DAYS = 35


@cache
def photo(seed: int) -> StoredFile:
    """A drawing that says that it is one; a few are shared by all."""
    rng = random.Random(seed)
    base = tuple(rng.randint(90, 190) for _ in range(3))
    picture = Image.new("RGB", (960, 720), base)
    draw = ImageDraw.Draw(picture)
    for _ in range(14):
        x, y = rng.randint(0, 900), rng.randint(0, 680)
        tone = tuple(max(0, c - rng.randint(10, 60)) for c in base)
        draw.ellipse((x, y, x + rng.randint(40, 300), y + rng.randint(20, 160)), fill=tone)
    draw.rectangle((0, 650, 960, 720), fill=(40, 34, 30))
    draw.text((24, 664), "DEMO / SIMULATED", fill="white", font_size=36)
    out = BytesIO()
    picture.save(out, "JPEG", quality=80)
    out.seek(0)
    return files.store_photo(out, "demo.jpg", out.getbuffer().nbytes)


#: Cases in the village that is fully alive, and in every other village with drawn grids.
MANY, FEW = 36, 5
ALIVE = "530602105207"


def step(demo: Demo) -> None:
    """The demonstration's step: cases where grids are drawn, once."""
    for code in sorted(places.demo_villages()):
        if places.outlines_in(code) and not _has_cases(code):
            each = MANY if code == ALIVE else FEW
            demo.count("cases", seed(code, each, demo.rng("cases", code)))
            if code == ALIVE:
                demo.count("cases", _today(code, demo.rng("today", code)))
    cases.sweep_all()


def _has_cases(code: str) -> bool:
    lo, hi = place_span(code)
    with scoped(Actor.system("demo")):
        return bool(
            cases.Case.objects.filter(place_key__gte=lo, place_key__lt=hi, simulated=True).exists()
        )


def seed(code: str, each: int, rng: random.Random) -> int:
    """Open ``each`` cases in a village over the last weeks, most of them ended; returns how many.

    Times lie in the past; the clocks that struck meanwhile fire as they would have.
    """
    present = clock.now()
    found = spots(code)
    moments = sorted(
        present - timedelta(minutes=rng.randint(30, DAYS * 24 * 60)) for _ in range(each)
    )
    return sum(_one(rng, code, found, at, present) for at in moments)


def _today(code: str, rng: random.Random) -> int:
    """Something in every grid that has come in within the last hours and waits for its worker."""
    present = clock.now()
    grids = spots(code)
    for spot in grids:
        at = present - timedelta(minutes=rng.randint(5, 90))
        _opened(rng, code, [spot], at, only=("road-hazard", "sanitation"))
    return len(grids)


def spots(code: str) -> list[tuple[float, float]]:
    """A point inside each grid of the village."""
    return [
        ((outline.min_lon + outline.max_lon) / 2, (outline.min_lat + outline.max_lat) / 2)
        for outline in places.outlines_in(code)
    ]


def _one(
    rng: random.Random, code: str, spots: list[tuple[float, float]], at: datetime, present: datetime
) -> int:
    _drive(rng, _opened(rng, code, spots, at), at, present)
    return 1


def _opened(
    rng: random.Random, code: str, spots: list[tuple[float, float]], at: datetime,
    only: Sequence[str] = (),
) -> UUID:  # fmt: skip
    """A case at one of the spots, of a kind that residents report (of ``only``); returns its id."""
    kinds = [k for k in catalogue(code, "resident") if not only or k.playbook_id in only]
    weights = [len(WORDS.get(kind.playbook_id, ())) + 1 for kind in kinds]
    revision = rng.choices(kinds, weights)[0]
    lon, lat = rng.choice(spots) if spots else (None, None)
    ask = revision.machine.asked(revision.playbook.opens.ask, "resident")
    answers, photos = filled(rng, ask, revision.playbook_id, code, lon, lat)
    report = cases.Report(
        playbook=revision.playbook_id, channel="portal", key=str(uuid7()), place_code=code,
        lon=lon, lat=lat, answers=answers, photos=photos, simulated=True,
    )  # fmt: skip
    try:
        with clock.freeze(at):
            opened = cases.open_case(actor=Actor.resident(), report=report, opener="resident")
    except Refusal as refusal:
        raise RuntimeError(f"{revision.playbook_id}: {refusal} {refusal.fields}") from refusal
    return opened.case_id


def _drive(rng: random.Random, case_id: Any, at: datetime, present: datetime) -> None:
    """Take steps at plausible times until the case ends, the draw stops, or the present is reached."""
    for _ in range(8):
        with scoped(Actor.system("demo")):
            case = cases.Case.objects.get(pk=case_id)
        machine = cases.machine_of(case)
        if not case.is_open or rng.random() < 0.08:
            return
        within = (case.due_at - at) if case.due_at else timedelta(days=2)
        at += within * rng.choice((0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 0.9, 1.3))
        if at >= present:
            return
        with clock.freeze(at):
            cases.sweep_all()
            with scoped(Actor.system("demo")):
                case.refresh_from_db()
            moves = _open_moves(machine, case)
            if not moves:
                return
            chosen = moves[0] if rng.random() < 0.85 else rng.choice(moves)
            _take(rng, case, machine, chosen)


def ended(code: str, at: datetime, rng: random.Random) -> UUID:
    """A case of long ago, handled within two days and ended; returns its id."""
    case_id = _opened(rng, code, spots(code), at, only=("road-hazard", "sanitation"))
    for hours in range(6, 48, 6):
        with clock.freeze(at + timedelta(hours=hours)):
            with scoped(Actor.system("demo")):
                case = cases.Case.objects.get(pk=case_id)
            machine = cases.machine_of(case)
            moves = _open_moves(machine, case)
            if not moves:
                break
            _take(rng, case, machine, moves[0])
    return case_id


def _open_moves(machine: Any, case: Any) -> list[Any]:
    """The moves whose conditions hold, whoever may take them."""
    if not case.is_open:
        return []
    roles = {name for one in machine.state(case.state).moves for name in one.by}
    return list(machine.moves(case.state, roles, case.data))


def _take(rng: random.Random, case: Any, machine: Any, chosen: Any) -> None:
    role = resolve(rng.choice(chosen.by[:1]))
    key = role.key if role else "grid_worker"
    answers, photos = filled(
        rng, machine.asked(chosen.ask, key), case.playbook, case.place_code, case.lon, case.lat
    )
    why = "已到现场看过，情况属实" if chosen.why != "none" else ""
    if key == "reporter":
        cases.act_as_reporter(case=case, move_id=chosen.id, data=answers, why=why, photos=photos)
        return
    cases.move(
        actor=somebody(key, case), case_id=case.id, move_id=chosen.id, data=answers, why=why,
        photos=photos,
    )  # fmt: skip


def somebody(role: str, case: Any) -> Actor:
    """Somebody with the role over the case's place, named as simulated."""
    lo, hi = place_span(case.place_code)
    name = f"演示{ROLES[role].zh}"
    return Actor("account", f"demo-{role}", name, (Grant(role, case.place_code, lo, hi),))


def filled(
    rng: random.Random, ask: Iterable[FieldSpec], playbook: str, code: str,
    lon: float | None, lat: float | None,
) -> tuple[dict[str, Any], dict[str, list[StoredFile]]]:  # fmt: skip
    answers: dict[str, Any] = {}
    photos: dict[str, list[StoredFile]] = {}
    for spec in ask:
        if spec.when and not spec.required:
            continue
        if spec.type in {"photo", "file"}:
            photos[spec.field] = [
                photo(rng.randint(1, 12)) for _ in range(max(1, int(spec.min or 1)))
            ]
            continue
        value = _value(rng, spec, playbook, code, lon, lat)
        if value is not None and (spec.required or rng.random() < 0.8):
            answers[spec.field] = value
    return answers, photos


def _value(
    rng: random.Random,
    spec: FieldSpec,
    playbook: str,
    code: str,
    lon: float | None,
    lat: float | None,
) -> Any:
    soon = clock.local(clock.now()) + timedelta(days=rng.randint(2, 20))
    choices = [choice.id for choice in spec.choices]
    made: dict[str, Any] = {
        "longtext": rng.choice(WORDS.get(playbook, WORDS[""])),
        "text": "演示内容" if spec.required else None,
        "person": "演示某" if spec.required else None,
        "organisation": "演示单位" if spec.required else None,
        "point": {"lon": lon, "lat": lat} if lon is not None else None,
        "choice": rng.choice(choices) if choices else None,
        "choices": [rng.choice(choices)] if choices else None,
        "rating": rng.choice((3, 4, 4, 5, 5, 5)),
        # Three families of four keep it simple.
        "boolean": spec.field == "simple" and soon.day % 4 > 0,
        "number": str(int(max(spec.min or 1, 1)) + rng.randint(0, 5)),
        "money": "800.00",
        "date": soon.date().isoformat(),
        "time": "09:30",
        "datetime": soon.replace(microsecond=0, tzinfo=None).isoformat(timespec="minutes"),
        "phone": "19900000000" if spec.required else None,
        "id_number": None,
        "place": code[:12],
    }
    return made.get(spec.type)
