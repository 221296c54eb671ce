"""The custom bot of a Feishu or Lark group (飞书自定义机器人): open.feishu.cn, “自定义机器人使用指南”.

100 messages a minute and 5 a second; a body of 20 KB at most; ``timestamp`` (seconds, within an hour) and ``sign`` =
Base64(HMAC-SHA256(key: timestamp + newline + secret, over nothing)) stand in the body: key and text are the other way
round than DingTalk's.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Any
from urllib.parse import urlsplit

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

#: Of 20 KB the text takes this much, so that the JSON around it has room.
MOST_BYTES = 18_000
#: Too often: 11232 (system), 9499 with HTTP 429 falls under the status, 99991400 (older answers, with HTTP 400).
_SLOW = {11232, 11233, 99991400}
_PATH = re.compile(r"/open-apis/bot/v2/hook/[\w-]+\Z")


def sign(secret: str, seconds: int) -> str:
    """Base64 of the signature that goes into the body."""
    key = f"{seconds}\n{secret}".encode()
    return base64.b64encode(hmac.digest(key, b"", hashlib.sha256)).decode()


class Feishu(Channel):
    """A text message to the group; signed when the bot asks for it."""

    key = "feishu"
    title = gettext_lazy("飞书群机器人")
    help = gettext_lazy(
        "在群里添加“自定义机器人”，安全设置勾选“签名校验”，复制 Webhook 地址和密钥。"
    )
    hosts = ("open.feishu.cn", "open.larksuite.com")
    per_minute = 100
    personal = False
    secret = "required"  # noqa: S105 - whether there is one
    settings = ()

    def check(self, route: Route) -> None:
        if not _PATH.match(urlsplit(route.url).path) or urlsplit(route.url).query:
            raise Bad(_("地址应当是 https://open.feishu.cn/open-apis/bot/v2/hook/…"))

    def call(self, route: Route, message: Message, now: float) -> Call:
        seconds = int(now)
        # Angle brackets would be tags there: nobody writes <at user_id="all"> into everybody's telephone.
        text = wording.whole(message, MOST_BYTES, wording.octets)
        text = text.replace("<", "＜").replace(">", "＞")
        body: dict[str, Any] = {"timestamp": str(seconds), "sign": sign(route.secret, seconds)}
        return json_call(route.url, {**body, "msg_type": "text", "content": {"text": text}})

    def verdict(self, route: Route, status: int, body: bytes) -> Verdict:
        answer = told(body)
        code = number_of(answer.get("code", answer.get("StatusCode")))
        reason = f"{code} {answer.get('msg', answer.get('StatusMessage', ''))}".strip()
        if code in _SLOW:
            return Verdict("again", reason, 60)
        if (found := by_status(status)) is not None:
            return found
        if code == 0:
            return Verdict("sent")
        return Verdict("again", f"HTTP {status}") if code is None else Verdict("refused", reason)
