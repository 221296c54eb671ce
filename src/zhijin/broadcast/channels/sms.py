"""Short messages through a gateway that takes JSON over HTTP. What it is sent and how its answer is read are settings,
since every carrier and vendor has its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijin.broadcast.channels import wording
from zhijin.broadcast.channels.base import (
    Bad,
    Call,
    Channel,
    Message,
    Route,
    Verdict,
    by_status,
    json_call,
    told,
)

#: What may stand in the template; ``{number}`` has to.
FIELDS = ("number", "text", "title", "sign", "ref", "secret")
TEMPLATE = '{"phone": "{number}", "content": "{text}", "id": "{ref}"}'
OK = "code=0"
MOST_TEMPLATE = 2000
_FIELD = re.compile(r"\{(" + "|".join(FIELDS) + r")\}")
#: Segments of one message.
LEAST, MOST = 1, 10


class Gateway(Channel):
    """One request for each person. ``settings``: ``template`` (the body as JSON), ``sign`` (the signature in 【】 that
    carriers ask for), ``most`` (segments), ``ok`` (the answer's field and value, ``code=0``), ``why`` (the field that
    says why not), ``header`` (which carries the secret unless the template does; ``Authorization`` gets ``Bearer``
    before it)."""

    key = "sms"
    title = gettext_lazy("短信网关（HTTP）")
    help = gettext_lazy(
        "只发给同意“向我发送通知”和“用电话联系我”的居民。网关的域名要先由运维放行。"
    )
    hosts = ()
    per_minute = 600
    personal = True
    secret = "optional"  # noqa: S105 - whether there is one
    settings = ("sign", "template", "ok", "why", "header", "most")

    def check(self, route: Route) -> None:
        settings = route.settings
        template = _template(settings)
        if "{number}" not in json.dumps(template) or not _holds_words(template):
            raise Bad(_("模板里要有 {number}，并且有 {text} 或 {title}。"))
        if not settings.get("sign", "").strip():
            raise Bad(_("请填写短信签名，运营商要求每条短信都带。"))
        most_segments(settings)
        field, _eq, value = (settings.get("ok") or OK).partition("=")
        if not field or not value:
            raise Bad(_("“成功标志”要写成 字段=值，例如 code=0。"))

    def call(self, route: Route, message: Message, now: float) -> Call:
        words = {
            "number": route.number, "text": text_of(message, route.settings), "title": message.title,
            "sign": route.settings.get("sign", ""), "ref": route.ref,
            "secret": route.secret,
        }  # fmt: skip
        made = json_call(route.url, _filled(_template(route.settings), words))
        if not route.secret or "{secret}" in route.settings.get("template", ""):
            return made
        name = route.settings.get("header") or "Authorization"
        value = f"Bearer {route.secret}" if name.lower() == "authorization" else route.secret
        return Call(made.url, made.body, {**made.headers, name: value})

    def verdict(self, route: Route, status: int, body: bytes) -> Verdict:
        found = by_status(status)
        if found is not None:
            return found
        answer = told(body)
        field, _eq, value = (route.settings.get("ok") or OK).partition("=")
        if 200 <= status < 300 and str(answer.get(field)) == value:
            return Verdict("sent")
        if not answer:
            return Verdict("again", f"HTTP {status}")
        why = str(answer.get(route.settings.get("why") or "message", ""))
        return Verdict("refused", f"{answer.get(field, '')} {why}".strip())


def text_of(message: Message, settings: Mapping[str, str]) -> str:
    """The short message itself, with its signature, within the segments that are allowed."""
    sign = settings.get("sign", "").strip()
    head = f"【{sign}】" if sign else ""
    most = most_segments(settings)
    limit = 70 if most == 1 else 67 * most
    text = wording.heading(message)
    words = wording.body(message)
    left = limit - wording.units(f"{head}{text}：")
    return (
        f"{head}{text}：{wording.shortened(words, left, wording.units)}"
        if words
        else f"{head}{text}"
    )


def most_segments(settings: Mapping[str, str]) -> int:
    """Raises Bad."""
    given = settings.get("most") or "3"
    if not given.isdecimal() or not LEAST <= int(given) <= MOST:
        raise Bad(_("每条短信最多拆成 {least}–{most} 段。").format(least=LEAST, most=MOST))
    return int(given)


def _template(settings: Mapping[str, str]) -> Any:
    """Raises Bad."""
    text = settings.get("template") or TEMPLATE
    try:
        found = json.loads(text) if len(text) <= MOST_TEMPLATE else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Bad(_("模板要是 JSON 对象，例如 {example}").format(example=TEMPLATE))
    return found


def _holds_words(template: Any) -> bool:
    text = json.dumps(template)
    return "{text}" in text or "{title}" in text


def _filled(part: Any, words: Mapping[str, str]) -> Any:
    """Values filled in where they stand, so that nothing in them can become a part of the JSON."""
    if isinstance(part, dict):
        return {key: _filled(value, words) for key, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, words) for value in part]
    if not isinstance(part, str):
        return part
    return _FIELD.sub(lambda found: words[found[1]], part)
