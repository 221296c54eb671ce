"""Reads and writes the Common Alerting Protocol, CAP 1.2 (OASIS, 2010). Plain Python.

Strict: a message that the schema would refuse is refused here, with the element that is wrong. Signatures are not
looked at; envelopes of national systems are taken off before (``envelopes``). Red, orange, yellow and blue are Extreme,
Severe, Moderate and Minor; the colour itself stands in a parameter (GB/T 36302 practice of weather services).
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

NS: Final = "urn:oasis:names:tc:emergency:cap:1.2"
MOST_BYTES = 256 * 1024
COLOUR, GEOCODE = "ColorCode", "行政区划代码"
_SIGNED: Final = "http://www.w3.org/2000/09/xmldsig#"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d\Z")
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*\Z")
_NAME = re.compile(r"[^\s,<&]+\Z")
_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "status": ("Actual", "Exercise", "System", "Test", "Draft"),
    "msgType": ("Alert", "Update", "Cancel", "Ack", "Error"),
    "scope": ("Public", "Restricted", "Private"),
    "category": ("Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra",
                 "CBRNE", "Other"),
    "responseType": ("Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"),
    "urgency": ("Immediate", "Expected", "Future", "Past", "Unknown"),
    "severity": ("Extreme", "Severe", "Moderate", "Minor", "Unknown"),
    "certainty": ("Observed", "Likely", "Possible", "Unlikely", "Unknown"),
}  # fmt: skip
_TIMES: Final = frozenset({"sent", "effective", "onset", "expires"})
#: Element → may it be left out, may it come again; in the order of the schema.
_ALERT: Final = (
    ("identifier", 0, 0), ("sender", 0, 0), ("sent", 0, 0), ("status", 0, 0), ("msgType", 0, 0), ("source", 1, 0),
    ("scope", 0, 0), ("restriction", 1, 0), ("addresses", 1, 0), ("code", 1, 1), ("note", 1, 0),
    ("references", 1, 0), ("incidents", 1, 0), ("info", 1, 1),
)  # fmt: skip
_INFO: Final = (
    ("language", 1, 0), ("category", 0, 1), ("event", 0, 0), ("responseType", 1, 1), ("urgency", 0, 0),
    ("severity", 0, 0), ("certainty", 0, 0), ("audience", 1, 0), ("eventCode", 1, 1), ("effective", 1, 0),
    ("onset", 1, 0), ("expires", 1, 0), ("senderName", 1, 0), ("headline", 1, 0), ("description", 1, 0),
    ("instruction", 1, 0), ("web", 1, 0), ("contact", 1, 0), ("parameter", 1, 1), ("resource", 1, 1),
    ("area", 1, 1),
)  # fmt: skip
_AREA: Final = (
    ("areaDesc", 0, 0), ("polygon", 1, 1), ("circle", 1, 1), ("geocode", 1, 1), ("altitude", 1, 0), ("ceiling", 1, 0),
)  # fmt: skip
_RESOURCE: Final = (
    ("resourceDesc", 0, 0), ("mimeType", 0, 0), ("size", 1, 0), ("uri", 1, 0), ("derefUri", 1, 0), ("digest", 1, 0),
)  # fmt: skip
_PAIR: Final = (("valueName", 0, 0), ("value", 0, 0))
_INSIDE: Final = {
    "info": _INFO, "area": _AREA, "resource": _RESOURCE, "eventCode": _PAIR, "parameter": _PAIR, "geocode": _PAIR,
}  # fmt: skip
LEVEL_OF: Final = {
    "Extreme": "red",
    "Severe": "orange",
    "Moderate": "yellow",
    "Minor": "blue",
    "Unknown": "plain",
}
SEVERITY_OF: Final = {level: severity for severity, level in LEVEL_OF.items()}
_COLOURS: Final = {"红": "red", "橙": "orange", "黄": "yellow", "蓝": "blue"}
_COLOUR_NAMES: Final = frozenset(
    {"colorcode", "color", "colour", "warningcolor", "warninglevel", "颜色", "预警颜色", "预警级别"}
)


class Bad(ValueError):
    """No CAP 1.2 message; says which element is wrong."""


@dataclass(frozen=True)
class Reference:
    """An earlier message. Its time is kept but not compared: real alerts carry a wrong one."""

    sender: str
    identifier: str
    sent: str = ""


@dataclass(frozen=True)
class Area:
    """Where; ``codes`` are the values of its geocodes. ``circles``: longitude, latitude and metres; ``polygons``:
    closed rings of longitude and latitude. All of them together are the area. WGS-84."""

    name: str
    codes: tuple[str, ...] = ()
    circles: tuple[tuple[float, float, int], ...] = ()
    polygons: tuple[tuple[tuple[float, float], ...], ...] = ()


@dataclass(frozen=True)
class Info:
    """What happens; texts are as they were written. ``event_codes``: name of the list of codes, code."""

    event: str
    level: str
    urgency: str
    certainty: str = "Unknown"
    categories: tuple[str, ...] = ("Other",)
    event_codes: tuple[tuple[str, str], ...] = ()
    language: str = "zh-CN"
    headline: str = ""
    description: str = ""
    instruction: str = ""
    sender_name: str = ""
    expires: datetime | None = None
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True)
class Message:
    """One message; ``info`` is the Chinese one where there are several languages, None on a bare cancellation.
    ``further``: more of the same language, which tell other places or other levels."""

    identifier: str
    sender: str
    sent: datetime
    status: str
    kind: str
    scope: str = "Public"
    references: tuple[Reference, ...] = ()
    incidents: str = ""
    source: str = ""
    info: Info | None = None
    further: tuple[Info, ...] = ()

    @property
    def infos(self) -> tuple[Info, ...]:
        """All of the language that is read."""
        return (self.info, *self.further) if self.info is not None else ()


def read(data: bytes) -> Message:
    """A message from its XML. Raises Bad."""
    root = parsed(data)
    if root.tag != f"{{{NS}}}alert":
        raise Bad("alert")
    _shape(root, "alert", _ALERT)
    return _message(root)


def parsed(data: bytes) -> ET.Element:
    """XML that came from elsewhere, of bounded size and without a document type. Raises Bad."""
    if len(data) > MOST_BYTES:
        raise Bad(f"> {MOST_BYTES // 1024} KB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Bad("UTF-8") from error
    # Entities need a document type; CAP forbids one, and it is how a small message becomes a large one.
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Bad("DOCTYPE")
    try:
        return ET.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))  # noqa: S314 - no document type, see above
    except (ET.ParseError, ValueError) as error:
        raise Bad(f"XML: {error}") from error


def _shape(node: ET.Element, path: str, children: Sequence[tuple[str, int, int]]) -> None:
    """The schema's sequence: names, order, how often, words and times. Raises Bad."""
    at, seen = 0, set[str]()
    if any((text or "").strip() for text in (node.text, *(child.tail for child in node))):
        raise Bad(f"{path}: text")
    for child in node:
        if child.tag.startswith(f"{{{_SIGNED}}}"):
            continue
        name = child.tag.removeprefix(f"{{{NS}}}")
        found = next((n for n in range(at, len(children)) if children[n][0] == name), None)
        if found is None or any(
            not children[n][1] and children[n][0] not in seen for n in range(at, found)
        ):
            raise Bad(f"{path}/{name}")
        seen.add(name)
        at = found if children[found][2] else found + 1
        _value(child, f"{path}/{name}", name)
    missing = [name for name, optional, _ in children if not optional and name not in seen]
    if missing:
        raise Bad(f"{path}/{missing[0]}")


def _value(node: ET.Element, path: str, name: str) -> None:
    if name in _INSIDE:
        _shape(node, path, _INSIDE[name])
        return
    text = (node.text or "").strip()
    wrong = (
        len(node) or (name in _WORDS and text not in _WORDS[name]) or (name in _TIMES and not _is_time(text))
        or (name == "language" and not _LANGUAGE.match(text))
        or (name == "size" and not re.fullmatch(r"[-+]?[0-9]+", text))
        or (path in {"alert/identifier", "alert/sender"} and not _NAME.match(text))
        or (path.endswith(("info/event", "area/areaDesc")) and not text)
    )  # fmt: skip
    if wrong:
        raise Bad(f"{path}: {text[:60]}")


def _is_time(text: str) -> bool:
    if not _TIME.match(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _text(node: ET.Element, name: str) -> str:
    return (node.findtext(f"{{{NS}}}{name}") or "").strip()


def _all(node: ET.Element, name: str) -> list[ET.Element]:
    return node.findall(f"{{{NS}}}{name}")


def _message(root: ET.Element) -> Message:
    infos = [_info(one) for one in _all(root, "info")]
    chinese = [one for one in infos if one.language.lower().startswith("zh")]
    read = chinese or [one for one in infos if one.language == infos[0].language]
    return Message(
        identifier=_text(root, "identifier"), sender=_text(root, "sender"),
        sent=datetime.fromisoformat(_text(root, "sent")), status=_text(root, "status"), kind=_text(root, "msgType"),
        scope=_text(root, "scope"), source=_text(root, "source"),
        references=tuple(_references(_text(root, "references"))),
        info=read[0] if read else None, further=tuple(read[1:]),
    )  # fmt: skip


def _references(text: str) -> Iterable[Reference]:
    for one in text.split():
        parts = one.split(",")
        if len(parts) >= 2:
            yield Reference(parts[0], parts[1], parts[2] if len(parts) > 2 else "")


def _pairs(node: ET.Element, name: str) -> list[tuple[str, str]]:
    return [(_text(one, "valueName"), _text(one, "value")) for one in _all(node, name)]


def _info(node: ET.Element) -> Info:
    expires = _text(node, "expires")
    areas = tuple(
        Area(
            _text(one, "areaDesc"),
            tuple(value for _name, value in _pairs(one, "geocode")),
            tuple(filter(None, (_circle(shape.text or "") for shape in _all(one, "circle")))),
            tuple(filter(None, (_ring(shape.text or "") for shape in _all(one, "polygon")))),
        )
        for one in _all(node, "area")
    )
    return Info(
        event=_text(node, "event"), level=_level(_text(node, "severity"), _pairs(node, "parameter")),
        urgency=_text(node, "urgency"), certainty=_text(node, "certainty"),
        categories=tuple((one.text or "").strip() for one in _all(node, "category")),
        event_codes=tuple(_pairs(node, "eventCode")),
        language=_text(node, "language") or "en-US", headline=_text(node, "headline"),
        description=_text(node, "description"), instruction=_text(node, "instruction"),
        sender_name=_text(node, "senderName"), areas=areas,
        expires=datetime.fromisoformat(expires) if expires else None,
    )  # fmt: skip


def _point(text: str) -> tuple[float, float] | None:
    """“lat,lon” as longitude and latitude; None when it is no position on earth."""
    lat, _comma, lon = text.partition(",")
    try:
        x, y = float(lon), float(lat)
    except ValueError:
        return None
    return (x, y) if -180 <= x <= 180 and -90 <= y <= 90 else None


def _circle(text: str) -> tuple[float, float, int] | None:
    """“27.3,103.6 1.5”, the radius in kilometres. What is none is passed over, as the schema does."""
    place, _space, radius = text.strip().partition(" ")
    point = _point(place)
    try:
        metres = round(float(radius) * 1000)
    except (ValueError, OverflowError):
        return None
    return (*point, metres) if point is not None and metres > 0 else None


def _ring(text: str) -> tuple[tuple[float, float], ...] | None:
    """“27.3,103.6 27.4,103.6 27.4,103.7 27.3,103.6”: at least four positions, the last being the first."""
    points = [_point(one) for one in text.split()]
    ring = tuple(one for one in points if one is not None)
    return ring if len(ring) == len(points) >= 4 and ring[0] == ring[-1] else None


def _level(severity: str, parameters: Iterable[tuple[str, str]]) -> str:
    """The colour where one is named, else what the severity stands for."""
    for name, value in parameters:
        if name.lower().replace("_", "") in _COLOUR_NAMES:
            colour = next(
                (level for zh, level in _COLOURS.items() if zh in value), value.strip().lower()
            )
            if colour in _COLOURS.values():
                return colour
    return LEVEL_OF[severity]


def place_code(value: str) -> str:
    """The division that a geocode names: 12 digits filled with zeros, or a plain code. Empty: none."""
    if not re.fullmatch(r"[1-9]\d{1,14}", value):
        return ""
    if len(value) == 12:
        for length in (2, 4, 6, 9):
            if not value[length:].strip("0"):
                return value[:length]
    if len(value) == 6:
        return value.removesuffix("00").removesuffix("00") if value.endswith("00") else value
    return value


def origin(xml: str) -> tuple[str, str]:
    """Name of the sender and source of a stored message; empty where it tells none or is none."""
    try:
        message = read(xml.encode())
    except Bad:
        return "", ""
    return next((one.sender_name for one in message.infos if one.sender_name), ""), message.source


def write(message: Message) -> bytes:
    """The message as XML, in the order of the schema."""
    root = ET.Element("alert", xmlns=NS)
    told = " ".join(f"{one.sender},{one.identifier},{one.sent}" for one in message.references)
    head = [
        ("identifier", message.identifier), ("sender", message.sender), ("sent", _moment(message.sent)),
        ("status", message.status), ("msgType", message.kind), ("source", message.source), ("scope", message.scope),
        ("references", told), ("incidents", message.incidents),
    ]  # fmt: skip
    _add(root, [(name, text) for name, text in head if text])
    for info in message.infos:
        _write_info(ET.SubElement(root, "info"), info)
    ET.indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="utf-8") + b"\n"


def _write_info(node: ET.Element, info: Info) -> None:
    _add(node, [
        ("language", info.language), *(("category", one) for one in info.categories), ("event", info.event),
        ("urgency", info.urgency), ("severity", SEVERITY_OF[info.level]), ("certainty", info.certainty),
    ])  # fmt: skip
    for name, code in info.event_codes:
        _pair(node, "eventCode", name, code)
    if info.expires is not None:
        _add(node, [("expires", _moment(info.expires))])
    texts = {
        "senderName": info.sender_name, "headline": info.headline, "description": info.description,
        "instruction": info.instruction,
    }  # fmt: skip
    _add(node, [(name, text) for name, text in texts.items() if text])
    if info.level != "plain":
        _pair(node, "parameter", COLOUR, info.level.capitalize())
    for area in info.areas:
        inside = ET.SubElement(node, "area")
        _add(inside, [("areaDesc", area.name)])
        _add(
            inside,
            [("polygon", " ".join(f"{y:.6f},{x:.6f}" for x, y in ring)) for ring in area.polygons],
        )
        _add(
            inside,
            [("circle", f"{y:.6f},{x:.6f} {metres / 1000:g}") for x, y, metres in area.circles],
        )
        for code in area.codes:
            _pair(inside, "geocode", GEOCODE, code)


def _pair(node: ET.Element, name: str, key: str, value: str) -> None:
    _add(ET.SubElement(node, name), [("valueName", key), ("value", value)])


def _add(node: ET.Element, values: Iterable[tuple[str, str]]) -> None:
    for name, text in values:
        ET.SubElement(node, name).text = clean(text)


def clean(text: str) -> str:
    """Without what XML cannot hold."""
    return re.sub(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


def _moment(at: datetime) -> str:
    return at.replace(microsecond=0).isoformat()


__all__ = [
    "Area", "Bad", "Info", "Mapping", "Message", "Reference", "clean", "parsed", "place_code", "read", "write",
]  # fmt: skip
