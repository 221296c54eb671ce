"""What the person does with their code, without an account: withdraw, sign for a paper, say whether it was good."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from zhijin.activities import errors
from zhijin.activities.models import Proxy, ProxyPaper
from zhijin.activities.service.common import CLERK, blind_of
from zhijin.activities.service.proxying import At, Moved, State, Step, go, withdrawn
from zhijin.activities.services.common import in_state, locked, note, tell
from zhijin.core.ids import read_receipt
from zhijin.core.scope import scoped


def found_by(typed: str) -> Proxy:
    """The application whose code it is; the caller opens the scope. Raises AV120."""
    code = read_receipt(typed)
    row = Proxy.objects.filter(code_blind=blind_of(code)).first() if code else None
    if row is None:
        raise errors.PROXY_CODE()
    return row


def withdraw_self(*, code: str) -> Proxy:
    """The person withdraws. Raises AV001, AV120."""
    with scoped(CLERK):
        row = locked(Proxy.objects.all(), found_by(code).id)
        return withdrawn(CLERK, row, _("本人凭代办码"))


def receive_self(*, code: str, paper_id: UUID) -> Proxy:
    """The person says that a paper is in their hands. Raises CO404, AV001, AV118, AV120."""
    with scoped(CLERK):
        row = locked(Proxy.objects.all(), found_by(code).id)
        in_state(row, State.OPEN, State.SUBMITTED, State.DECIDED)
        paper = locked(ProxyPaper.objects.filter(proxy_id=row.id), paper_id)
        step = Step.DELIVERED if paper.at == At.POST else Step.HANDED
        go(CLERK, row, paper, Moved(step), "code")
        return row


def rate_self(*, code: str, satisfied: bool) -> Proxy:
    """The person says once whether they are content. Raises AV120, AV123."""
    with scoped(CLERK):
        row = locked(Proxy.objects.all(), found_by(code).id)
        if row.satisfied is not None or row.state not in (State.DECIDED, State.CLOSED):
            raise errors.PROXY_RATED()
        row.satisfied = satisfied
        row.save(update_fields=["satisfied"])
        note(CLERK, "proxy.rated", row.record, row.place_key, satisfied=satisfied)
        tell(CLERK, "activity.proxy.rated", row, row.record, subject=row.record,
             attrs={"kind": row.kind, "satisfied": satisfied})  # fmt: skip
        return row
