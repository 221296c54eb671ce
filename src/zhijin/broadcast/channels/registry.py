"""Which kinds there are: those of the platform, and those that installed packages bring (entry points)."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from zhijin.broadcast.channels.base import Channel
from zhijin.broadcast.channels.dingtalk import DingTalk
from zhijin.broadcast.channels.feishu import Feishu
from zhijin.broadcast.channels.sms import Gateway
from zhijin.broadcast.channels.wecom import WeCom

#: A package names its class under this group: ``[project.entry-points."zhijin.channels"]``.
GROUP = "zhijin.channels"
OURS: tuple[type[Channel], ...] = (WeCom, DingTalk, Feishu, Gateway)


@cache
def _kinds() -> dict[str, Channel]:
    found: dict[str, Channel] = {}
    theirs = [point.load() for point in entry_points(group=GROUP)]
    for made in (*OURS, *theirs):
        one = made()
        if one.key in found:
            raise ValueError(f"the channel {one.key} is registered twice")
        found[one.key] = one
    return found


def all_kinds() -> list[Channel]:
    """In the order in which forms offer them. Raises ValueError when two have one key."""
    return list(_kinds().values())


def kind(key: str) -> Channel | None:
    """None for one whose package is not installed (any more)."""
    return _kinds().get(key)


def forget() -> None:
    """Look again; for tests that install a package."""
    _kinds.cache_clear()
