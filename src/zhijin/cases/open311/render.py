"""Writes an answer as XML or JSON, by the specification's own convention. Knows neither case nor request.

XML is the defined form; JSON follows it by the Spark convention: a list of like elements is an
array, the root's name disappears, empty elements are null.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from django.http import HttpResponse

FORMATS = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
#: What each list's elements are called.
ITEM = {
    "services": "service",
    "service_requests": "request",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
}
_ILLEGAL = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Data = Mapping[str, Any] | Sequence[Any]


def answer(root: str, data: Data, form: str, status: int = 200) -> HttpResponse:
    """The response of one call. ``form`` is ``xml`` or ``json``; ``root`` names the XML element."""
    body = as_xml(root, data) if form == "xml" else as_json(data)
    response = HttpResponse(body, content_type=FORMATS[form], status=status)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def problem(code: int, description: str, form: str) -> HttpResponse:
    """An error in the body, as the specification has it: the HTTP status and a sentence."""
    return answer("errors", [{"code": code, "description": description}], form, code)


def as_json(data: Data) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()


def as_xml(root: str, data: Data) -> bytes:
    """UTF-8 with a declaration, no namespace."""
    element = Element(root)
    _fill(element, data)
    return bytes(tostring(element, encoding="utf-8", xml_declaration=True))


def _fill(element: Element, value: Any) -> None:
    if isinstance(value, Mapping):
        for name, one in value.items():
            _fill(SubElement(element, name), one)
    elif isinstance(value, list | tuple):
        for one in value:
            _fill(SubElement(element, ITEM[element.tag]), one)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = _ILLEGAL.sub("\ufffd", str(value))
