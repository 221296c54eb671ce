"""Loudspeakers and a work group's robot for demonstrations. They are not there, and say so."""

from __future__ import annotations

from zhijin.broadcast.models import Channel
from zhijin.broadcast.services import channels, lexicon
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.places import api as places
from zhijin.sensing.api import Device, Entry, register

DEMO = Actor.system("demo")
#: 封家湾社区 (document 001), and the village that is alive in demonstrations.
PLACES = (("520281127017", ("社区广场云喇叭", "一组云喇叭", "二组云喇叭")),)
#: A robot of the county's, to be put into use by its officer; its key is none, so the vendor refuses what is sent.
COUNTY = "530602"
ROBOT = "网格员工作群（模拟）"
NO_KEY = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=00000000-0000-0000-0000-000000000000"


def seed() -> dict[str, int]:
    """Register what is missing; returns how many."""
    made = 0
    for code, labels in PLACES:
        if not places.known(code):
            continue
        with scoped(DEMO):
            have = set(
                Device.objects.filter(place_code__startswith=code, simulated=True).values_list(
                    "label", flat=True
                )
            )
        for label in labels:
            if label not in have:
                lon, lat = _position(code, made)
                entry = Entry(
                    "loudspeaker", label, code, lon, lat, serves=120, model="模拟", simulated=True
                )
                register(actor=DEMO, entry=entry)
                made += 1
    if places.known(COUNTY):
        lexicon.put(actor=DEMO, place_code=COUNTY, word="大耆老村", pinyin="dà qí lǎo cūn")
    return {"loudspeakers": made, "channels": _robot()}


def _robot() -> int:
    with scoped(DEMO):
        if not places.known(COUNTY) or Channel.objects.filter(place_code=COUNTY).exists():
            return 0
    channels.add(
        actor=DEMO, wanted=channels.Wanted("wecom", ROBOT, COUNTY, NO_KEY, least="plain", shared=True)
    )  # fmt: skip
    return 1


def _position(code: str, number: int) -> tuple[float | None, float | None]:
    """In the middle of one of its grids, the next for each; nowhere where none is drawn."""
    drawn = places.outlines_in(code)
    if not drawn:
        return None, None
    one = drawn[number % len(drawn)]
    return round((one.min_lon + one.max_lon) / 2, 6), round((one.min_lat + one.max_lat) / 2, 6)
