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
from zhijin.broadcast import circles, repeating, selectors
from zhijin.broadcast.models import Broadcast, Target
from zhijin.broadcast.orders import in_quiet
from zhijin.broadcast.selectors import Loudspeaker, ears_at
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


def target_row(target: Target, place: str, *, silent: bool = False) -> dict[str, Any]:
    """A line of the board: what became of it, since when, and how long it sounded. ``silent``: it was on its way,
    and nothing has been heard of it since."""
    early = target.state == Heard.LISTED and not target.sends and target.at > clock.now()
    last = target.played_at or target.playing_at or target.last_at or target.sent_at
    return {
        "target": target, "place": place,
        "state": _("还没到时间") if early else target.get_state_display(), "last": last,
        "tone": "" if early else "late" if silent else HEARD_TONES[target.state],
        "why": _("此后没有消息") if silent else str(WHY.get(target.why, "")), "seconds": round(target.millis / 1000),
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
    below = places.children(place)[:40]
    chosen = set(given.get("areas") or [place])
    found = places.find(place)
    all_here, *each = ears_at(actor, [place, *(one.code for one in below)])
    whole = (place, found.short if found else place, all_here, place in chosen)
    parts = [
        (one.code, one.short, n, one.code in chosen)
        for one, n in zip(below, each, strict=True)
        if n or one.code in chosen
    ]
    return {"whole": whole, "parts": parts}


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


def asleep(row: Broadcast) -> str:
    """What the quiet hours would do to a broadcast that is sent now; empty when nothing."""
    now = int(clock.now().timestamp() * 1000)
    if row.turns or row.urgent or row.level in {"orange", "red"} or not row.quiet:
        return ""
    if not in_quiet((row.quiet[0], row.quiet[1]), now):
        return ""
    end = f"{row.quiet[1] // 60:02}:{row.quiet[1] % 60:02}"
    if repeating.swallowed([now], row.quiet, row.lasts):
        return _(
            "现在是安静时段，到 {end} 才结束，这条只在 {n} 分钟内有效：现在发出，喇叭不会播。"
        ).format(end=end, n=row.lasts // 60)
    return _("现在是安静时段：喇叭到 {end} 才播。").format(end=end)


def lines(row: Broadcast) -> list[list[Syllable]]:
    """The syllables as they will be read, sentence by sentence."""
    out: list[list[Syllable]] = [[]]
    for one in making.spoken(row.text, corrections(row)):
        out[-1].append(one)
        if one.char in PAUSES and one.char in "。！？":
            out.append([])
    return [line for line in out if line]


#: Characters that people read in several ways every day; of the others, dictionaries know a reading that nobody uses.
COMMON = frozenset(
    "行长重得地的了着过还没都好为中种处大当倒调干觉卷量落率累露难弄铺曲散舍盛似宿提挑通吐血要应扎粘正只转作传背便"
    "别参藏差称冲臭丑畜创答待担单弹斗度恶发分缝服给更供冠号和荷喝横哄划会几假间将降教结解尽禁劲卡看空劳乐勒擂俩"
    "咧论绿马埋脉蒙模磨抹缪南宁炮喷屏仆强切翘亲雀圈任塞扫色煞厦扇上少什石识食数说遂台帖头相校兴压咽殷饮与予雨载"
    "脏择轧炸占朝折症挣知殖轴著爪钻撞解石会车合省"
)


def polyphones(found: Sequence[Sequence[Syllable]]) -> dict[str, list[tuple[Syllable, str, str]]]:
    """Characters with several readings, each with what stands before and behind it (a lone 行 says nothing): those
    that are often read wrongly (``common``), and the ``rest``."""
    out: dict[str, list[tuple[Syllable, str, str]]] = {"common": [], "rest": []}
    for line in found:
        for at, one in enumerate(line):
            if one.others:
                before = "".join(near.char for near in line[max(0, at - 2) : at])
                after = "".join(near.char for near in line[at + 1 : at + 3])
                out["common" if one.char in COMMON else "rest"].append((one, before, after))
    return out


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


def errand(row: Broadcast) -> dict[str, Any] | None:
    """How far the sending of people is; None when nobody was sent."""
    if row.errand_at is None:
        return None
    return {
        "done": row.errand_done, "of": row.errand_of, "failed": row.errand_failed, "why": row.errand_why,
        "over": row.errand_ended is not None, "left": row.errand_of - row.errand_done - row.errand_failed,
    }  # fmt: skip


def health(one: Loudspeaker) -> tuple[str, str]:
    """A word and its tone."""
    state = one.state
    if one.device.state != one.device.State.ACTIVE:
        return str(one.device.get_state_display()), ""
    if state is None or state.last_at is None:
        return _("还没有连上"), "info"
    return (_("失联"), "late") if state.dead_since else (_("正常"), "ok")
