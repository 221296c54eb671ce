"""The gate to what is personal in a case: a stated purpose, a journal entry, then the plain text."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijin.cases.answers import unsealed
from zhijin.cases.machine import machine_of
from zhijin.cases.models import Case
from zhijin.core import crypto, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NO_PERMISSION

#: Why somebody may need to see who reported.
PURPOSES = {
    "handle": _("联系上报人，办理本事项"),
    "call_back": _("电话回访"),
    "verify": _("核实情况"),
    "request": _("本人申请查阅、更正或删除"),
}


def reveal(*, actor: Actor, case: Case, purpose: str) -> dict[str, Any]:
    """Name, number and private answers of a case. Needs ``case.act`` (or call-back) there.

    Raises CO400 without a purpose from the list, CO403.
    """
    if not may_open(actor, case):
        raise NO_PERMISSION(permission="case.act")
    if purpose not in PURPOSES:
        raise BAD_REQUEST(fields={"purpose": str(_("请选择查看的目的。"))})
    details = {
        "name": _open("case.name", case.reporter_name),
        "phone": _open("case.phone", case.reporter_phone),
        "answers": unsealed(case.sealed),
    }
    journal.write(
        actor, "case.private.read", case.record, place_key=case.place_key,
        detail={"purpose": purpose, "fields": sorted(k for k, v in details.items() if v)},
    )  # fmt: skip
    return details


def may_open(actor: Actor, case: Case) -> bool:
    """Whether ``actor`` works on the case (or calls about it), and so may see what is personal in it."""
    orgs = [case.org_key] if case.org_key else []
    return actor.can("case.callback", case.place_key) or actor.can(
        "case.act", case.place_key, org_keys=orgs
    )


def is_private(case: Case, field: str) -> bool:
    """Whether the playbook asks ``field`` as something personal."""
    spec = machine_of(case).playbook.fields.get(field)
    return spec is not None and spec.private


def note_file(*, actor: Actor, case: Case, field: str) -> None:
    """Journal that a personal photo or file of the case is read."""
    journal.write(
        actor, "case.private.read", case.record, place_key=case.place_key,
        detail={"purpose": "file", "fields": [field]},
    )  # fmt: skip


def _open(purpose: str, blob: bytes | memoryview | None) -> str:
    return crypto.unseal(purpose, bytes(blob)) if blob else ""
