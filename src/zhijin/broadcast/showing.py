"""Broadcasts as pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijin.access.api import Request
from zhijin.broadcast import circles, selectors
from zhijin.broadcast.models import Broadcast, Target
from zhijin.broadcast.selectors import Loudspeaker, ears
from zhijin.broadcast.services.drafting import better_than, corrections
from zhijin.broadcast.speech import engines, making
from zhijin.broadcast.speech.normalise import PAUSES
from zhijin.broadcast.speech.pinyin import Syllable
from zhijin.cases.api import Drawing, draw_points
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import is_code, place_span
from zhijin.places import api as places

STATE_TONES = {
    "draft": "",
    "waiting": "warn",
    "out": "info",
    "ended": "ok",
    "stopped": "late",
    "refused": "late",
}
LEVEL_TONES = {"plain": "", "blue": "info", "yellow": "warn", "orange": "warn", "red": "late"}
Heard = Target.State
#: A draft's page looks this long whether the more natural voice has spoken.
BETTER_WITHIN = timedelta(minutes=10)
HEARD_TONES: dict[int, str] = {
    Heard.LISTED: "warn", Heard.RECEIVED: "info", Heard.VERIFIED: "info", Heard.QUEUED: "info",
    Heard.INTERRUPTED: "warn", Heard.PLAYING: "accent", Heard.PLAYED: "ok", Heard.FAILED: "late",
    Heard.REFUSED: "late", Heard.EXPIRED: "late", Heard.STOPPED: "",
}  # fmt: skip
WHY: dict[str, Promise] = {
    "signature": gettext_lazy("签名不对"), "format": gettext_lazy("指令看不懂"), "area": gettext_lazy("不是播到这里的"),
    "clock": gettext_lazy("设备时钟不对"), "expired": gettext_lazy("已经过期"), "digest": gettext_lazy("音频校验不符"),
    "fetch": gettext_lazy("音频取不到"), "media": gettext_lazy("音频放不了"), "sound": gettext_lazy("声卡出错"),
    "cut": gettext_lazy("播放中断电"), "quiet": gettext_lazy("安静时段"), "busy": gettext_lazy("正在播别的"),
    "spoilt": gettext_lazy("音频已损坏，重取"),
}  # fmt: skip


def shows() -> list[tuple[str, str]]:
    """The filters of the list."""
    return [
        ("", _("全部")), ("out", _("播出中")), ("waiting", _("待批准")), ("draft", _("草稿")), ("ended", _("已结束")),
    ]  # fmt: skip


def row_of(row: Broadcast, place: str) -> dict[str, Any]:
    """A broadcast as lists show it."""
    return {
        "row": row, "place": place, "state": row.get_state_display(), "tone": STATE_TONES[row.state],
        "level": row.get_level_display(), "level_tone": LEVEL_TONES[row.level],
        "seconds": max(1, round(row.millis / 1000)),
    }  # fmt: skip


def target_row(target: Target, place: str) -> dict[str, Any]:
    """A line of the board: what became of it, since when, and how long it sounded."""
    last = target.played_at or target.playing_at or target.last_at or target.sent_at
    return {
        "target": target, "place": place, "state": target.get_state_display(), "tone": HEARD_TONES[target.state],
        "why": str(WHY.get(target.why, "")), "last": last, "seconds": round(target.millis / 1000),
    }  # fmt: skip


def home_place(request: Request, wanted: str = "") -> str:
    """The place asked for, when it is in scope; else the widest that the reader works in."""
    if is_code(wanted) and request.actor.scope.covers(place_span(wanted)[0]):
        return wanted
    codes = [g.place_code for g in request.actor.grants if g.over_place and g.place_code]
    return min(codes, key=len, default="")


def within(code: str) -> Q:
    """Rows at or below a place."""
    if not is_code(code):
        return Q()
    lo, hi = place_span(code)
    return Q(place_key__gte=lo, place_key__lt=hi)


def areas(actor: Actor, place: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What may be ticked: the place itself and its parts, with how many loudspeakers each has."""
    if not place:
        return {"whole": None, "parts": []}
    below = places.children(place)
    chosen = set(given.get("areas") or [place])
    found = places.find(place)
    parts = [
        (one.code, one.short, ears(actor, [one.code]), one.code in chosen) for one in below[:40]
    ]
    whole = (place, found.short if found else place, ears(actor, [place]), place in chosen)
    return {"whole": whole, "parts": [part for part in parts if part[2] or part[3]]}


def picture(actor: Actor, place: str) -> Drawing | None:
    """Loudspeakers and outlines, to draw a circle on; None where no position is known."""
    found = selectors.placed(actor, place) if place else []
    return draw_points(place, found) if found else None


def circle_words(row: Broadcast) -> str:
    """“半径 300 米的圆内（104.470000, 25.710000）”; empty without a circle."""
    circle = circles.of(row.circle)
    if circle is None:
        return ""
    return _("半径 {metres} 米的圆内（{lon:.5f}，{lat:.5f}）").format(
        metres=circle.metres, lon=circle.lon, lat=circle.lat
    )


def names(codes: Sequence[str]) -> list[str]:
    found = places.labels(codes, skip=3)
    return [found[code] for code in codes]


def moments(row: Broadcast) -> list[datetime]:
    """When it is to be played; empty: at once."""
    return [datetime.fromtimestamp(at / 1000, UTC) for at in row.turns]


def lines(row: Broadcast) -> list[list[Syllable]]:
    """The syllables as they will be read, sentence by sentence."""
    out: list[list[Syllable]] = [[]]
    for one in making.spoken(row.text, corrections(row)):
        out[-1].append(one)
        if one.char in PAUSES and one.char in "。！？":
            out.append([])
    return [line for line in out if line]


def voice_of(row: Broadcast, seen: str) -> dict[str, Any]:
    """Who speaks; ``waits``: a more natural voice is at work; ``newer``: it took the place of ``seen``."""
    draft = row.state == Broadcast.State.DRAFT
    young = clock.now() - row.made_at < BETTER_WITHIN
    try:
        waits = draft and young and better_than(row.voice) is not None
        title = "" if row.voice == "file" else engines.title(row.voice)
    except engines.Unavailable:
        waits, title = False, row.voice
    return {"title": title, "waits": waits, "newer": bool(draft and seen and seen != row.voice)}


def readings(given: Mapping[str, Any]) -> dict[int, str]:
    """Corrections in a form: ``r-12=hang2``."""
    out = {}
    for key, value in given.items():
        head, _dash, index = key.partition("-")
        if head == "r" and index.isdecimal() and len(index) < 5:
            out[int(index)] = str(value)
    return out


def health(one: Loudspeaker) -> tuple[str, str]:
    """A word and its tone."""
    state = one.state
    if one.device.state != one.device.State.ACTIVE:
        return str(one.device.get_state_display()), ""
    if state is None or state.last_at is None:
        return _("还没有连上"), "info"
    return (_("失联"), "late") if state.dead_since else (_("正常"), "ok")
