"""The custom robot of a DingTalk group (钉钉自定义机器人): open.dingtalk.com, “自定义机器人接入” and “安全设置”.

20 messages a minute, else the robot is muted for ten minutes; 20,000 bytes at most; ``timestamp`` (milliseconds, within
an hour) and ``sign`` = Base64(HMAC-SHA256(secret, timestamp + newline + secret)) stand in the address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import parse_qs, urlencode, urlsplit

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

#: Of 20,000 the text takes this much, so that the JSON around it has room.
MOST_BYTES = 18_000
MUTED_SECONDS = 600
#: Too often (130101; 410100 in answers of newer robots).
_SLOW = frozenset({130101, 410100})


def sign(secret: str, millis: int) -> str:
    """Base64 of the signature that goes into the address."""
    text = f"{millis}\n{secret}".encode()
    return base64.b64encode(hmac.digest(secret.encode(), text, hashlib.sha256)).decode()


class DingTalk(Channel):
    """A text message to the group; signed."""

    key = "dingtalk"
    title = gettext_lazy("钉钉群机器人")
    help = gettext_lazy(
        "在群里添加“自定义”机器人，安全设置选“加签”，复制 Webhook 地址和 SEC 开头的密钥。"
    )
    hosts = ("oapi.dingtalk.com",)
    per_minute = 20
    personal = False
    secret = "required"  # noqa: S105 - whether there is one
    settings = ()

    def check(self, route: Route) -> None:
        parts = urlsplit(route.url)
        if parts.path != "/robot/send" or not parse_qs(parts.query).get("access_token"):
            raise Bad(_("地址应当是 https://oapi.dingtalk.com/robot/send?access_token=…"))
        if not route.secret.startswith("SEC"):
            raise Bad(_("密钥应当以 SEC 开头：请在机器人的安全设置里选“加签”。"))

    def call(self, route: Route, message: Message, now: float) -> Call:
        millis = int(now * 1000)
        query = urlencode({"timestamp": millis, "sign": sign(route.secret, millis)})
        text = wording.whole(message, MOST_BYTES, wording.octets)
        return json_call(
            f"{route.url}&{query}",
            {"msgtype": "text", "text": {"content": text}, "at": {"isAtAll": False}},
        )

    def verdict(self, route: Route, status: int, body: bytes) -> Verdict:
        return by_errcode(status, body, _SLOW, MUTED_SECONDS)
