"""What a device may say: the kinds of event, what each measures and in which unit. Plain Python.

An event is kind, place and time, with whole numbers or one word of a closed list. There is no field that could
hold a name, a number plate, a face or a picture, so nothing that identifies a person can come in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

#: Values are stored in 32 bits.
LIMIT: Final = 2**31 - 1


#: What the words of events are called.
WORDS: Final[dict[str, tuple[str, str]]] = {
    "clear": ("没有人", "clear"),
    "entered": ("有人进入", "somebody entered"),
    "fire": ("火情", "fire"),
    "flood": ("水淹", "flood"),
    "rockfall": ("落石", "rockfall"),
    "rubbish": ("垃圾堆放", "rubbish"),
    "road_damage": ("道路损坏", "damaged road"),
    "water_edge": ("有人在水边", "somebody at the water"),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of an event. ``words`` makes it a word of a closed list, stored by its position."""

    key: str
    zh: str
    en: str
    unit: str = ""
    least: int = 0
    most: int = LIMIT
    words: tuple[str, ...] = ()
    required: bool = True
    #: What a stored figure is divided by to be read by people.
    scale: int = 1

    @property
    def stepped(self) -> bool:
        """Whether it is one of a few states (a word, or yes and no), not an amount."""
        return bool(self.words) or (self.least, self.most) == (0, 1)

    def show(self, value: int, lang: str = "zh") -> str:
        """As people read it: ``198.5 V``; a word for a word, and for yes and no."""
        english = lang.lower().startswith("en")
        if self.words:
            word = self.words[value] if 0 <= value < len(self.words) else ""
            return WORDS.get(word, ("？", "?"))[english]
        if (self.least, self.most) == (0, 1):
            return (("无", "有"), ("no", "yes"))[english][bool(value)]
        text = f"{value / self.scale:g}" if self.scale != 1 else str(value)
        return f"{text} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event: its number in the database, at most two measures, and for how many minutes it is news:
    an older one (from a device that was offline) opens nothing urgent, unless a rule says otherwise."""

    key: str
    number: int
    zh: str
    en: str
    measures: tuple[Measure, ...] = ()
    fresh: int = 60

    def measure(self, key: str) -> tuple[int, Measure] | None:
        """Position (0 or 1) and measure of this name."""
        return next(((i, m) for i, m in enumerate(self.measures) if m.key == key), None)


def _m(key: str, zh: str, en: str, unit: str, least: int, most: int, **more: object) -> Measure:
    return Measure(key, zh, en, unit, least, most, **more)  # type: ignore[arg-type]


_TEMPERATURE: Final = _m(
    "temperature", "温度", "temperature", "°C", -600, 12000, scale=10, required=False
)
_HAZARDS: Final = ("fire", "flood", "rockfall", "rubbish", "road_damage", "water_edge")

#: Numbers are stored and never reused.
KINDS: Final[dict[str, Kind]] = {kind.key: kind for kind in (
    Kind("status", 0, "状态", "Status", (
        _m("uptime", "已运行", "uptime", "s", 0, LIMIT, required=False),)),
    Kind("smoke", 1, "烟雾", "Smoke", (
        _m("level", "烟雾浓度", "smoke level", "ppm", 0, 100_000), _TEMPERATURE)),
    Kind("fire", 2, "火情", "Fire", (
        _m("alarm", "火警", "fire alarm", "", 0, 1), _TEMPERATURE)),
    Kind("water_level", 3, "水位", "Water level", (
        _m("level", "水位", "level", "m", -100_000, 100_000, scale=1000),
        _m("rise", "每小时涨幅", "rise an hour", "m", -100_000, 100_000, scale=1000, required=False)), fresh=180),
    Kind("drowning_zone", 4, "危险水域", "Drowning zone", (
        _m("state", "状态", "state", "", 0, 1, words=("clear", "entered")),), fresh=30),
    Kind("bin", 5, "垃圾箱", "Waste bin", (
        _m("fill", "满溢度", "fill", "%", 0, 100),), fresh=1440),
    Kind("power", 6, "供电", "Power", (
        _m("voltage", "电压", "voltage", "V", 0, 10_000, scale=10),
        _m("load", "负载率", "load", "%", 0, 400, required=False)), fresh=360),
    Kind("door", 7, "门", "Door", (
        _m("open", "开着", "open", "", 0, 1),)),
    Kind("vehicle_count", 8, "车流量", "Vehicle count", (
        _m("count", "车辆数", "vehicles", "", 0, 100_000),
        _m("minutes", "统计时长", "minutes", "min", 1, 1440, required=False)), fresh=360),
    Kind("camera_hazard", 9, "画面隐患", "Hazard seen", (
        _m("hazard", "隐患", "hazard", "", 0, len(_HAZARDS) - 1, words=_HAZARDS),), fresh=120),
)}  # fmt: skip

BY_NUMBER: Final[dict[int, Kind]] = {kind.number: kind for kind in KINDS.values()}


@dataclass(frozen=True, slots=True)
class DeviceKind:
    """A kind of device and what it may report; ``hears`` ones take orders (loudspeakers)."""

    key: str
    zh: str
    en: str
    events: tuple[str, ...] = ()
    hears: bool = False
    #: Seconds after which a silent device is missed; 0: never.
    beat: int = 3600

    def title(self, lang: str = "zh") -> str:
        return self.en if lang.lower().startswith("en") else self.zh


DEVICE_KINDS: Final[dict[str, DeviceKind]] = {kind.key: kind for kind in (
    DeviceKind("smoke", "烟感", "Smoke detector", ("smoke", "fire")),
    DeviceKind("fire", "火焰探测器", "Fire detector", ("fire",)),
    DeviceKind("water_level", "水位计", "Water gauge", ("water_level",)),
    DeviceKind("drowning_zone", "防溺水哨", "Drowning-zone sentinel", ("drowning_zone",)),
    DeviceKind("bin", "垃圾箱传感器", "Bin sensor", ("bin",), beat=24 * 3600),
    DeviceKind("power", "台区电表", "Power meter", ("power",)),
    DeviceKind("door", "门磁", "Door contact", ("door",), beat=24 * 3600),
    DeviceKind("vehicle_count", "车流量计", "Vehicle counter", ("vehicle_count",)),
    DeviceKind("camera", "摄像头", "Camera", ("camera_hazard",), beat=6 * 3600),
    DeviceKind("loudspeaker", "云喇叭", "Loudspeaker", (), hears=True, beat=1800),
    DeviceKind("gateway", "网关", "Gateway", ("status",)),
)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Test:
    """A condition on an event: at least, at most, or exactly a figure of the measure at ``position``."""

    kind: int
    position: int
    at_least: int | None = None
    at_most: int | None = None

    def holds(self, value: int | None, second: int | None) -> bool:
        found = second if self.position else value
        if found is None:
            return False
        low = self.at_least is None or found >= self.at_least
        return low and (self.at_most is None or found <= self.at_most)


@dataclass(frozen=True)
class Reading:
    """What was read from one message: kind, up to two figures, and the device's own state."""

    kind: int
    value: int | None = None
    second: int | None = None
    battery: int | None = None
    extra: Mapping[str, int] = field(default_factory=dict)
