"""What went on: refused messages, rules in force and their alarms, readings as a table, the certificate."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.core import clock, journal
from zhijin.core.errors import NOT_FOUND
from zhijin.core.sheets import Column, text, write_export
from zhijin.core.signals import BY_NUMBER
from zhijin.places import api as places
from zhijin.playbooks.api import catalogue, quarantine_signs, rules_told
from zhijin.sensing import selectors
from zhijin.sensing.views import common
from zhijin.sensing.views.devices import HOURS, PAGE

_COLUMNS = (
    Column("at", "时间", "Time", text(20), width=20),
    Column("what", "事件", "Event", text(20)),
    Column("shown", "读数", "Reading", text(80), width=40),
    Column("battery", "电量", "Battery", text(8)),
    Column("received", "收到", "Received", text(20), width=20),
    Column("late", "晚到", "Late", text(8)),
)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@gate("device.view", methods=("GET",))
def refused(request: Request) -> HttpResponse:
    """What was not taken in, and which devices are shut out."""
    shut = selectors.views_of(selectors.listing(request.actor, show="shut")[:PAGE])
    context = {
        "rows": common.refused_rows(request), "shut": [common.row_of(view) for view in shut],
    }  # fmt: skip
    return render(request, "sensing/refused.html", context)


@gate("device.view", methods=("GET",))
def rules(request: Request) -> HttpResponse:
    """The rules in force at a place, programme by programme, and the newest alarms."""
    place = common.place_of(request).code
    programmes = [
        {
            "title": revision.playbook.title.in_(common.lang()), "id": revision.playbook_id,
            "lines": list(rules_told(revision.playbook, common.lang())),
            "signs": list(quarantine_signs(revision.playbook, common.lang())),
        }
        for revision in (catalogue(place, "device") if place else ())
        if revision.playbook.sensing or revision.playbook.quarantine
    ]  # fmt: skip
    # What opens cases comes first; signs of a device gone mad are read when one is shut away.
    programmes.sort(key=lambda one: not one["lines"])
    newest = selectors.alarms(request.actor, size=PAGE)
    known = selectors.devices_by_id(request.actor, [alarm.device_id for alarm in newest])
    rows = [{**common.alarm_row(one), "device": known.get(one.device_id)} for one in newest]
    context = {"programmes": programmes, "alarms": rows, "where": places.find(place)}
    return render(request, "sensing/rules.html", context)


@gate("device.view", methods=("GET",))
def export(request: Request, pk: int) -> HttpResponse:
    """Readings of the last days as a table; journalled."""
    device = selectors.get(request.actor, pk).device
    hours = HOURS.get(request.GET.get("hours", ""), 168)
    found, cut = selectors.readings(device, clock.now() - timedelta(hours=hours))
    english = common.lang() == "en"
    rows = (
        {
            "at": f"{clock.local(one.at):%Y-%m-%d %H:%M:%S}",
            "what": BY_NUMBER[one.kind].en if english else BY_NUMBER[one.kind].zh,
            "shown": selectors.reading_text(one.kind, one.value, one.second, common.lang()),
            "battery": "" if one.battery is None else str(one.battery),
            "received": f"{clock.local(one.received):%Y-%m-%d %H:%M:%S}",
            "late": _("晚到") if one.received - one.at > selectors.LATE else "",
        }
        for one in found
    )
    told = _("只有最近的 {n} 条").format(n=len(found))
    title = f"{told} {device.label}" if cut else device.label
    body = write_export(_COLUMNS, rows, title=title, english=english)
    journal.write(
        request.actor, "device.export", device.record, place_key=device.place_key,
        detail={"hours": hours, "rows": len(found)},
    )  # fmt: skip
    response = HttpResponse(body, content_type=_XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="readings-{device.code}.xlsx"'
    return response


@gate("device.view", methods=("GET",))
def authority(request: Request) -> HttpResponse:
    """The certificate of the authority that devices trust."""
    path = Path(settings.HOME) / "keys" / "ca.pem"
    if not path.exists():
        raise NOT_FOUND()
    response = HttpResponse(path.read_bytes(), content_type="application/x-pem-file")
    response.headers["Content-Disposition"] = 'attachment; filename="zhijin-ca.pem"'
    return response
