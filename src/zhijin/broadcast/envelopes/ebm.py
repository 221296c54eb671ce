"""The package of the national emergency broadcast system (应急广播消息): a tar file EBDT_… with the message EBDB_….xml.

UNVERIFIED. Names of elements and codes follow what is publicly told of GD/J 082-2018; the standard's text was not at
hand, and no platform of that system has taken or given a file of this. Signatures (EBDS_….xml) are neither made nor
checked. Whoever joins that system holds this against the standard and a real platform first.
"""

from __future__ import annotations

import io
import re
import tarfile
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from zhijin.broadcast import cap
from zhijin.broadcast.envelopes.base import Envelope
from zhijin.core import clock

_SEVERITY: Final = {"red": "1", "orange": "2", "yellow": "3", "blue": "4", "plain": "0"}
_LEVEL: Final = {number: level for level, number in _SEVERITY.items()}
_PLAY, _STOP, _DRILL = "1", "2", "3"
_EVENT = re.compile(r"[0-9]{2}[0-9A-Z]{3}\Z")
_CODE = re.compile(r"[0-9]{2,15}\Z")
_TIME: Final = "%Y-%m-%d %H:%M:%S"
_MEMBERS: Final = 32
#: tar's mark of a ustar header stands here.
_MAGIC: Final = slice(257, 262)


class Ebm(Envelope):
    name = "EBM"
    title = "EBM"
    verified = False
    media_type = "application/x-tar"
    most_bytes = 4 * 1024 * 1024

    def holds(self, data: bytes) -> bool:
        return data[_MAGIC] == b"ustar"

    def opened(self, data: bytes) -> cap.Message:
        return _message(_root(_body(data, self.most_bytes)), self.mark)

    def packed(self, message: cap.Message, sender: str) -> tuple[str, bytes]:
        if not re.fullmatch(r"[0-9]{6,30}", sender):
            raise cap.Bad("EBRID")
        if message.info is None and message.kind != "Cancel":
            raise cap.Bad("EBM/MsgContent")
        number = f"{message.sent:%Y%m%d%H%M%S}{_digits(message.identifier)}"
        name = f"10{sender}{number}"
        body = ET.tostring(_package(message, sender, name), encoding="utf-8", xml_declaration=True)
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as file:
            member = tarfile.TarInfo(f"EBDB_{name}.xml")
            member.size, member.mtime = len(body), int(message.sent.timestamp())
            file.addfile(member, io.BytesIO(body))
        return f"EBDT_{name}.tar", out.getvalue()


def _digits(text: str) -> str:
    """Four digits of their own for every identifier of one second."""
    return f"{int.from_bytes(text.encode(), 'big') % 9973:04d}"


def _body(data: bytes, most: int) -> bytes:
    """The one message in the package; nothing is written anywhere. Raises Bad."""
    if len(data) > most:
        raise cap.Bad(f"> {most // 1024} KB")
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as file:
            members = [file.next() for _at in range(_MEMBERS)]
            found = [
                one
                for one in members
                if one and one.isfile() and re.match(r"EBDB_[^/]*\.xml\Z", one.name)
            ]
            if len(found) != 1 or found[0].size > cap.MOST_BYTES:
                raise cap.Bad("EBDB_….xml")
            held = file.extractfile(found[0])
            return held.read(cap.MOST_BYTES) if held is not None else b""
    except (tarfile.TarError, ValueError, OSError) as error:
        raise cap.Bad(f"tar: {error}") from error


def _root(body: bytes) -> ET.Element:
    root = cap.parsed(body)
    if root.tag != "EBD" or (root.findtext("EBDType") or "").strip() != "EBM":
        raise cap.Bad("EBD/EBDType")
    return root


def _needed(root: ET.Element, path: str) -> str:
    text = (root.findtext(path) or "").strip()
    if not text:
        raise cap.Bad(path)
    return text


def _time(root: ET.Element, path: str) -> datetime:
    text = _needed(root, path)
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=clock.TZ)
    except ValueError as error:
        raise cap.Bad(f"{path}: {text[:40]}") from error


def _message(root: ET.Element, mark: str) -> cap.Message:
    kind = _needed(root, "EBM/MsgBasicInfo/MsgType")
    identifier, sender = _needed(root, "EBM/EBMID"), _needed(root, "EBM/MsgBasicInfo/SenderCode")
    sent = _time(root, "EBM/MsgBasicInfo/SendTime")
    status = "Actual" if kind in {_PLAY, _STOP} else "Exercise"
    if kind == _STOP:
        earlier = (root.findtext("EBM/RelatedInfo/EBMID") or identifier).strip()
        back = (cap.Reference(sender, earlier, ""),)
        return cap.Message(
            f"{identifier}-stop", sender, sent, status, "Cancel", references=back, source=mark
        )
    return cap.Message(identifier, sender, sent, status, "Alert", info=_info(root), source=mark)


def _info(root: ET.Element) -> cap.Info:
    codes = [one.strip() for one in _needed(root, "EBM/MsgContent/AreaCode").split(",")]
    if not all(_CODE.match(code) for code in codes):
        raise cap.Bad("EBM/MsgContent/AreaCode")
    event = (root.findtext("EBM/MsgBasicInfo/EventType") or "").strip()
    title = _needed(root, "EBM/MsgContent/MsgTitle")
    level = _LEVEL.get((root.findtext("EBM/MsgBasicInfo/Severity") or "").strip(), "plain")
    return cap.Info(
        event=event or title, level=level, urgency="Immediate" if level in {"red", "orange"} else "Expected",
        headline=title, description=(root.findtext("EBM/MsgContent/MsgDesc") or "").strip(),
        event_codes=(("EBM EventType", event),) if event else (),
        sender_name=(root.findtext("EBM/MsgBasicInfo/SenderName") or "").strip(),
        expires=_time(root, "EBM/MsgBasicInfo/EndTime"),
        areas=(cap.Area("、".join(codes), tuple(cap.place_code(code) for code in codes)),),
    )  # fmt: skip


def _package(message: cap.Message, sender: str, name: str) -> ET.Element:
    root = ET.Element("EBD")
    sent = _written(message.sent)
    _add(root, [("EBDVersion", "1"), ("EBDID", name), ("EBDType", "EBM")])
    ET.SubElement(ET.SubElement(root, "SRC"), "EBRID").text = sender
    _add(root, [("EBDTime", sent)])
    body = ET.SubElement(root, "EBM")
    _add(body, [("EBMVersion", "1"), ("EBMID", message.identifier.removesuffix("-cancel"))])
    info = message.info
    drill = message.status != "Actual"
    kind = _STOP if message.kind == "Cancel" else _DRILL if drill else _PLAY
    basic = ET.SubElement(body, "MsgBasicInfo")
    until = info.expires if info and info.expires else message.sent
    _add(basic, [
        ("MsgType", kind), ("SenderName", info.sender_name if info else ""), ("SenderCode", sender),
        ("SendTime", sent), ("EventType", _event(info)), ("Severity", _SEVERITY[info.level] if info else "0"),
        ("StartTime", sent), ("EndTime", _written(until)),
    ])  # fmt: skip
    if info is not None:
        _content(ET.SubElement(body, "MsgContent"), info)
    return root


def _content(node: ET.Element, info: cap.Info) -> None:
    codes = [code for area in info.areas for code in area.codes]
    if not codes or any(area.circles or area.polygons for area in info.areas):
        # Its areas are codes only: a circle said as a whole county would wake the wrong people.
        raise cap.Bad("EBM/MsgContent/AreaCode")
    said = "\n".join(text for text in (info.description, info.instruction) if text)
    _add(node, [
        ("LanguageCode", "zho"), ("MsgTitle", info.headline or info.event), ("MsgDesc", said),
        ("AreaCode", ",".join(code.ljust(12, "0") for code in codes)),
    ])  # fmt: skip


def _event(info: cap.Info | None) -> str:
    codes = [code for _name, code in info.event_codes] + [info.event] if info else []
    return next((code for code in codes if _EVENT.match(code)), "00000")


def _written(at: datetime) -> str:
    return clock.local(at).strftime(_TIME)


def _add(node: ET.Element, values: Iterable[tuple[str, str]]) -> None:
    for name, text in values:
        ET.SubElement(node, name).text = cap.clean(text)
