"""Channels and what became of their messages, as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from zhijin.broadcast import channels, choosing
from zhijin.broadcast.channels import wording
from zhijin.broadcast.channels.sms import text_of
from zhijin.broadcast.models import Broadcast, Channel, Post
from zhijin.broadcast.orders import LEVELS
from zhijin.broadcast.services.posting import message_of
from zhijin.core import clock
from zhijin.core.actor import Actor

TONES = {"waiting": "warn", "active": "ok", "suspended": "late"}
POST_TONES = {
    "waiting": "info", "sent": "ok", "partly": "warn", "refused": "late", "given_up": "late", "withdrawn": "",
}  # fmt: skip
WHAT: dict[str, Promise] = {
    "say": gettext_lazy("广播内容"),
    "stop": gettext_lazy("停播通知"),
    "test": gettext_lazy("测试消息"),
}
#: What the platform itself says of a message; everything else is the vendor's word.
REASONS: dict[str, Promise] = {
    "expired": gettext_lazy("过了有效时间"), "nobody": gettext_lazy("没有同意接收的人"),
    "consent": gettext_lazy("已撤回同意"), "no mobile": gettext_lazy("不是手机号"),
    "not installed": gettext_lazy("没有安装这种渠道的组件"), "timeout": gettext_lazy("对方没有答复"),
    "connection": gettext_lazy("连不上对方"), "unknown_host": gettext_lazy("找不到主机"),
    "tls": gettext_lazy("证书或加密有问题"), "inside": gettext_lazy("内网地址，未获允许"),
    "not_https": gettext_lazy("不是 https 地址"), "suspended": gettext_lazy("渠道已停用"),
}  # fmt: skip
SETTINGS: dict[str, Promise] = {
    "sign": gettext_lazy("短信签名"), "template": gettext_lazy("请求模板（JSON）"), "ok": gettext_lazy("成功标志"),
    "why": gettext_lazy("原因字段"), "header": gettext_lazy("密钥放在哪个请求头"), "most": gettext_lazy("每条最多几段"),
}  # fmt: skip
#: A page with a message that waits looks again for so long.
LIVE = timedelta(minutes=3)


def row_of(row: Channel, place: str) -> dict[str, Any]:
    """A channel as lists show it."""
    return {
        "row": row, "place": place, "state": row.get_state_display(), "tone": TONES[row.state],
        "kind": choosing.titles().get(row.kind, row.kind), "least": row.get_least_display(),
        "why": reason(row.why),
    }  # fmt: skip


def post_of(post: Post) -> dict[str, Any]:
    """A message's outcome: state, the vendor's reason, and for short messages how many of how many."""
    return {
        "post": post, "state": post.get_state_display(), "tone": POST_TONES[post.state],
        "what": str(WHAT.get(post.what, post.what)), "reason": reason(post.reason),
        "kind": choosing.titles().get(post.kind, post.kind), "at": post.done_at or post.next_at or post.made_at,
        "counted": bool(post.segments),
    }  # fmt: skip


def reason(text: str) -> str:
    return str(REASONS.get(text, text))


def personal(kind: str) -> bool:
    found = channels.kind(kind)
    return found is not None and found.personal


def settings_of(row: Channel) -> list[tuple[str, str]]:
    """What was set, with the names of the form."""
    return [(str(SETTINGS.get(name, name)), value) for name, value in row.settings.items() if value]


def busy(posts: Sequence[Post]) -> bool:
    """Whether something is about to change by itself."""
    now = clock.now()
    return any(one.state == Post.State.WAITING and now - one.made_at < LIVE for one in posts)


def choices(actor: Actor, place: str, given: Sequence[str]) -> list[dict[str, Any]]:
    """What the form of a broadcast offers, with the lowest level that each takes."""
    return [
        {
            "id": str(one.id), "label": one.label, "kind": choosing.titles().get(one.kind, one.kind),
            "ticked": str(one.id) in given, "least": one.get_least_display() if LEVELS.index(one.least) else "",
        }
        for one in choosing.usable(actor, place)
    ]  # fmt: skip


def of_broadcast(row: Broadcast) -> dict[str, Any]:
    """Beside the loudspeakers: where a draft would go, or what became of what went out."""
    if row.sent_at is not None:
        found = choosing.posts(row)
        return {"posts": [post_of(post) for post in found], "posts_live": busy(found)}
    named = choosing.named(row.channels)
    texts = [one for one in named if personal(one.kind)]
    context: dict[str, Any] = {
        "told": [(one.label, choosing.titles().get(one.kind, "")) for one in named]
    }
    if texts:
        message = message_of(row, Post(what="say", label=""))
        words = text_of(message, texts[0].settings)
        context |= {
            "text": words, "text_units": wording.units(words), "text_segments": wording.segments(words),
            "text_people": choosing.people_reached(row.areas),
        }  # fmt: skip
    return context
