"""A warning that updates another: what it takes the place of sounds on until the new words go out.

Between the arrival of an update and the press that sends it, people would hear nothing at all.
"""

from __future__ import annotations

from django.db.models import Q

from zhijin.broadcast import cap
from zhijin.broadcast.models import Alert, Broadcast
from zhijin.broadcast.services import stopping
from zhijin.broadcast.services.common import SYSTEM
from zhijin.core.scope import scoped


def referred(message: cap.Message, *, held: bool = False) -> list[Alert]:
    """What a message refers to, with all its parts; ``held``: locked, in one order, because it is changed."""
    out = []
    for one in message.references:
        name = Q(identifier=one.identifier) | Q(identifier__startswith=f"{one.identifier} ")
        rows = Alert.objects.filter(name, sender=one.sender).order_by("id")
        out += list(rows.select_for_update(no_key=True) if held else rows)
    return out


def is_out(row: Alert) -> bool:
    """Whether it sounds now, or still will; it stays so until the transaction ends."""
    if row.broadcast_id is None:
        return False
    with scoped(SYSTEM):
        # By its key alone: one that goes out at this moment is waited for, and then is out.
        held = Broadcast.objects.select_for_update(no_key=True).filter(pk=row.broadcast_id).first()
        return held is not None and held.state == Broadcast.State.OUT


def take_the_place(row: Broadcast) -> list[Broadcast]:
    """Called when ``row`` has gone out: what its warning updates falls silent; returned are those broadcasts."""
    if row.alert_id is None:
        return []
    with scoped(SYSTEM):
        alert = Alert.objects.filter(pk=row.alert_id, kind="Update").first()
        if alert is None:
            return []
        silent = []
        for old in referred(cap.read(alert.xml.encode()), held=True):
            if old.broadcast_id is not None and old.broadcast_id != row.pk and is_out(old):
                why = f"CAP Update {alert.identifier}"
                silent.append(stopping.stop(actor=SYSTEM, pk=old.broadcast_id, why=why))
                Alert.objects.filter(pk=old.pk).update(state=Alert.State.CANCELLED)
        return silent
