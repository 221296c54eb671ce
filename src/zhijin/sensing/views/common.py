"""What the pages of devices and equipment share."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from zhijin.access.api import Request
from zhijin.core import clock
from zhijin.core.signals import BY_NUMBER, DEVICE_KINDS
from zhijin.places import api as places
from zhijin.sensing import charts, faults, selectors
from zhijin.sensing.models import Alarm, Device, DeviceState

HEALTH: dict[str, tuple[Promise, str]] = {
    "ok": (gettext_lazy("正常"), "ok"),
    "never": (gettext_lazy("还没有连上"), "info"),
    "silent": (gettext_lazy("失联"), "late"),
    "shut": (gettext_lazy("已隔离"), "late"),
    "held": (gettext_lazy("已隔离"), "late"),
    "battery": (gettext_lazy("电量低"), "warn"),
    "stopped": (gettext_lazy("停用"), ""),
    "retired": (gettext_lazy("报废"), ""),
}
WHERE = places.Question((*places.WIDE, "grid"), "device.view")
STANDS = places.Question((*places.WIDE, "grid"), "device.edit", grids=True)
_TONES = {"opened": "warn", "held": "info", "dropped": "late", "late": "info"}


def lang() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def home_place(request: Request) -> str:
    """The widest place that the reader works in."""
    codes = [g.place_code for g in request.actor.grants if g.over_place and g.place_code]
    return min(codes, key=len, default="")


def place_of(request: Request) -> places.Picked:
    """The place asked for; the reader's own without one."""
    asked = request.GET if request.GET.get("place", "").strip() else {"place": home_place(request)}
    return places.pick(request.actor, asked, "place", WHERE)


def stands_at(request: Request) -> places.Picked:
    """Where something stands, as a form says; the reader's own place before one is sent."""
    sent = request.POST if request.method == "POST" else {"place_code": home_place(request)}
    return places.pick(request.actor, sent, "place_code", STANDS)


def kinds() -> list[tuple[str, str]]:
    return [(kind.key, kind.title(lang())) for kind in DEVICE_KINDS.values()]


def row_of(view: selectors.DeviceView) -> dict[str, Any]:
    """A device as tables show it."""
    title, tone = HEALTH[view.health]
    state, kind = view.state, DEVICE_KINDS.get(view.device.kind)
    shown = ""
    if state is not None:
        shown = selectors.reading_text(state.kind, state.value, state.second, lang())
    return {
        "device": view.device, "state": state, "health": title, "tone": tone,
        "kind": kind.title(lang()) if kind else view.device.kind, "place": view.place,
        "shown": shown, "quarantine": quarantine(view.device),
    }  # fmt: skip


def quarantine(device: Device) -> dict[str, Any] | None:
    """Why a device is kept away, since or until when; None when it is not."""
    kind = BY_NUMBER.get(device.held_on)
    if device.held_at is not None:
        return {
            "sign": faults.SIGNS.get(device.held_why, device.held_why), "since": device.held_at,
            "kind": (kind.en if lang() == "en" else kind.zh) if kind and device.held_on else "",
            "case": device.fault_case,
        }  # fmt: skip
    if device.shut_until is not None and device.shut_until > clock.now():
        return {
            "sign": faults.SIGNS["flood"],
            "until": device.shut_until,
            "case": device.fault_case,
        }
    return None


def clock_words(state: DeviceState | None) -> str:
    """“快 2 小时 5 分”, how far a device's clock is off; empty when it is right."""
    if state is None or not state.clock_off:
        return ""
    seconds = abs(state.clock_off)
    days, hours, minutes = seconds // 86_400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        much = _("{n} 天 {h} 小时").format(n=days, h=hours)
    elif hours:
        much = _("{h} 小时 {m} 分").format(h=hours, m=minutes)
    else:
        much = _("{m} 分").format(m=max(1, minutes))
    return (_("快 {much}") if state.clock_off > 0 else _("慢 {much}")).format(much=much)


def figures(view: selectors.DeviceView, hours: int) -> list[dict[str, Any]]:
    """A chart for every measure that the device reports and has reported."""
    out = []
    kind = DEVICE_KINDS.get(view.device.kind)
    events = [e for e in BY_NUMBER.values() if kind and e.key in kind.events]
    for event in events:
        for position, measure in enumerate(event.measures):
            points = selectors.series(view.device, event.number, position, hours)
            if points:
                title = measure.en.capitalize() if lang() == "en" else measure.zh
                out.append({
                    "title": title, "chart": charts.line(points, measure, title),
                    "least": measure.show(min(p.least for p in points)),
                    "most": measure.show(max(p.most for p in points)),
                    "last": measure.show(round(points[-1].mean)),
                })  # fmt: skip
    return out


def alarm_row(alarm: Alarm) -> dict[str, Any]:
    shown = selectors.alarm_text(alarm, lang())
    title = Alarm.State(alarm.state).label
    return {"alarm": alarm, "title": title, "tone": _TONES[alarm.state], "shown": shown}


def refused_rows(request: Request, pk: int | None = None) -> list[dict[str, Any]]:
    words = selectors.reasons()
    rows = selectors.refused(request.actor, pk)
    known = selectors.devices_by_id(request.actor, [row.device_id for row in rows])
    return [
        {
            "row": row,
            "reason": words.get(row.reason, row.reason),
            "device": known.get(row.device_id),
        }
        for row in rows
    ]


def shows() -> list[tuple[str, str]]:
    return [
        ("", _("全部在用的")), ("silent", _("失联")), ("shut", _("已隔离")),
        ("battery", _("电量低")), ("stopped", _("停用和报废")),
    ]  # fmt: skip


def door() -> str:
    """Where devices connect; empty without a broker."""
    from zhijin.core.bus import BusError, address

    try:
        where = address()
    except BusError:
        return ""
    return f"mqtts://{where.mqtt_host}:{where.mqtt_port}"
