"""The robot of a WeCom group (企业微信群机器人): developer.work.weixin.qq.com, document 91770.

20 messages a minute; text of 2,048 bytes at most; the address holds the key, nothing is signed.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

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
    number_of,
    told,
)

MOST_BYTES = 2048
#: Too often (45009, 45033); the vendor is busy (-1).
_SLOW, _BUSY = {45009, 45033}, {-1}


class WeCom(Channel):
    """A text message to the group."""

    key = "wecom"
    title = gettext_lazy("企业微信群机器人")
    help = gettext_lazy("在群里“添加群机器人”，复制 Webhook 地址。")
    hosts = ("qyapi.weixin.qq.com",)
    per_minute = 20
    personal = False
    secret = "none"  # noqa: S105 - whether there is one
    settings = ()

    def check(self, route: Route) -> None:
        parts = urlsplit(route.url)
        if parts.path != "/cgi-bin/webhook/send" or not parse_qs(parts.query).get("key"):
            raise Bad(_("地址应当是 https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…"))

    def call(self, route: Route, message: Message, now: float) -> Call:
        text = wording.whole(message, MOST_BYTES, wording.octets)
        return json_call(route.url, {"msgtype": "text", "text": {"content": text}})

    def verdict(self, route: Route, status: int, body: bytes) -> Verdict:
        if (found := by_status(status)) is not None:
            return found
        answer = told(body)
        code = number_of(answer.get("errcode"))
        reason = f"{code} {answer.get('errmsg', '')}".strip()
        if code == 0:
            return Verdict("sent")
        if code is None:
            return Verdict("again", f"HTTP {status}")
        if code in _SLOW:
            return Verdict("again", reason, 60)
        return Verdict("again" if code in _BUSY else "refused", reason)
