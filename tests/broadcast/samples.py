"""One broadcast in the cast's village for the permission matrix."""

from __future__ import annotations

from typing import Any

from tests.broadcast.conftest import RULES, SYSTEM, put_into_force
from tests.cast import GRID, VILLAGE
from zhijin.broadcast.models import Alert, Broadcast, Channel
from zhijin.broadcast.speech import making
from zhijin.core import clock, crypto
from zhijin.core.files import store_bytes
from zhijin.core.ids import place_key
from zhijin.core.scope import scoped
from zhijin.playbooks.models import PlaybookRevision
from zhijin.sensing.api import Device, Entry, register


def broadcast() -> Broadcast:
    """It has gone out, so that its audio may be fetched."""
    with scoped(SYSTEM):
        found = Broadcast.objects.first()
        if found is not None:
            return found
        if not PlaybookRevision.objects.filter(form="broadcast").exists():
            put_into_force(RULES)
        stored = store_bytes(making._wav(8000, bytes(8000)), "audio/wav")
        return Broadcast.objects.create(
            county=530602, place_code=VILLAGE, place_key=place_key(VILLAGE), areas=[VILLAGE],
            title="通知", text="请大家注意。", state=Broadcast.State.OUT, sent_at=clock.now(),
            made_at=clock.now(), made_by="test", maker="test", digest=stored.digest,
            media="audio/wav", size=stored.size, millis=500, voice="file",
        )  # fmt: skip


def loudspeaker() -> Device:
    with scoped(SYSTEM):
        found = Device.objects.filter(kind="loudspeaker").first()
        return found or register(actor=SYSTEM, entry=Entry("loudspeaker", "云喇叭", GRID))[0]


def alert() -> Alert:
    with scoped(SYSTEM):
        found = Alert.objects.first()
        return found or Alert.objects.create(
            county=530602, place_code=VILLAGE, place_key=place_key(VILLAGE), areas=[VILLAGE],
            identifier="1", sender="s", sent=clock.now(), status="Actual", kind="Alert", event="暴雨",
            level="red", headline="暴雨", text="暴雨。", xml="", state="proposed", received_at=clock.now(),
        )  # fmt: skip


def channel() -> Channel:
    with scoped(SYSTEM):
        found = Channel.objects.first()
        return found or Channel.objects.create(
            county=530602, place_code=VILLAGE, place_key=place_key(VILLAGE), kind="wecom", label="工作群",
            url=crypto.seal("channel.url", "https://qyapi.weixin.qq.com/"), shown="qyapi.weixin.qq.com",
            least="plain", made_at=clock.now(), made_by="test", maker="test",
        )  # fmt: skip


def samples() -> dict[str, Any]:
    return {
        "desk:broadcast": lambda _: {"pk": broadcast().id},
        "desk:broadcast-audio": lambda _: {"pk": broadcast().id},
        "desk:broadcast-cap": lambda _: {"pk": broadcast().id},
        "desk:broadcast-ebm": lambda _: {"pk": broadcast().id},
        "desk:alert": lambda _: {"pk": alert().id},
        "desk:channel": lambda _: {"pk": channel().id},
        "desk:loudspeaker-setup": lambda _: {"pk": loudspeaker().id},
        "portal:broadcast-file": lambda _: {"digest": broadcast().digest},
    }
