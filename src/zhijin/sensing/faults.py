"""Cases about devices themselves, by the programme ``device-fault``: silent, mad, or reporting late."""

from __future__ import annotations

import logging
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from zhijin.cases import api as cases
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.signals import BY_NUMBER
from zhijin.sensing.models import Device
from zhijin.sensing.registry import Known

log = logging.getLogger("zhijin.sensing")
LOOKS = Actor.system("sensing")
#: Programme that looks after devices themselves.
FAULTS = "device-fault"
#: What a sensor that went mad did; Chinese for the case, translated for pages.
SIGNS = {
    "range": _("读数超出范围"),
    "flapping": _("来回跳"),
    "jump": _("读数突变"),
    "stuck": _("读数卡住不动"),
    "flood": _("发得太多"),
}
_ZH = {
    "range": "读数一再超出范围", "flapping": "来回跳", "jump": "读数一再突变", "stuck": "读数卡住不动",
    "flood": "发得太多",
}  # fmt: skip


def open_fault(device: Device | Known, fault: str, what: str, key: str = "") -> UUID | None:
    """A case about the device itself, one a day for each fault or one for each ``key``; None when refused, since
    what the device said must not be lost over it."""
    actor = Actor("device", device.code, device.label, extra_roles=frozenset({"device"}))
    answers: dict[str, object] = {"fault": fault, "what": what}
    if device.lon is not None and device.lat is not None:
        answers["where"] = {"lon": device.lon, "lat": device.lat}
    report = cases.Report(
        playbook=FAULTS, channel="device",
        key=f"{device.code}:{fault}:{key or f'{clock.today():%Y%m%d}'}",
        place_code=device.place_code, answers=answers, simulated=device.simulated,
        place_known=True,
    )  # fmt: skip
    try:
        return cases.open_case(actor=actor, report=report, opener="device").case_id
    except Refusal as refusal:
        log.warning("no case about %s: %s", device.code, refusal)
        return None


def open_mad(device: Known, sign: str, kind: int) -> UUID | None:
    """The case about a sensor gone mad: the one that is still open, or a new one."""
    row = Device.objects.only("fault_case").get(pk=device.id, county=device.county)
    if row.fault_case is not None and cases.are_open(LOOKS, [row.fault_case]).get(row.fault_case):
        return row.fault_case
    about = BY_NUMBER[kind].zh if kind in BY_NUMBER else ""
    then = (
        "已断开十分钟，还会再来"
        if sign == "flood"
        else "已隔离：读数照收，不开事项，看过后在设备页解除"
    )
    what = f"{device.label}：{about}{_ZH[sign]}。{then}。"
    opened = open_fault(device, "mad", what, key=f"{clock.now().timestamp():.3f}")
    Device.objects.filter(pk=device.id, county=device.county).update(fault_case=opened)
    return opened


def open_late(device: Known) -> UUID | None:
    """One case a day that collects what came late; the same words each time, so that it is the same case."""
    what = (
        f"{device.label}：设备断网期间的预警晚到了，已经不是当下的情况。"
        "请先看设备页上标“晚到”的，再决定要不要去现场。"
    )
    return open_fault(device, "late", what)
