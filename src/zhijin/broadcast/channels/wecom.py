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
    by_errcode,
    json_call,
)

MOST_BYTES = 2048
#: Too often (45009, 45033).
_SLOW = frozenset({45009, 45033})


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
        return by_errcode(status, body, _SLOW, 60)
