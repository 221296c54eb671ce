"""Services and their definitions: the playbooks that other systems may open, in the standard's words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from zhijin.cases.open311.calling import NO_SERVICE, lang, w3c
from zhijin.core.errors import Refusal
from zhijin.core.ids import uuid7_millis
from zhijin.core.roles import resolve
from zhijin.playbooks.api import Playbook, Revision, catalogue, current
from zhijin.playbooks.engine import FieldSpec

#: In whose name other systems open what stands in the list.
OPENERS = frozenset({"api_client"})
#: Questions that the standard's own arguments answer.
_BY_ARGUMENT = frozenset({"point", "photo", "file", "place"})
DATATYPES = {
    "text": "string", "longtext": "text", "number": "number", "money": "number",
    "rating": "number", "date": "datetime", "time": "string", "datetime": "datetime",
    "choice": "singlevaluelist", "choices": "multivaluelist", "boolean": "singlevaluelist",
    "phone": "string", "id_number": "string", "person": "string", "organisation": "string",
}  # fmt: skip
GROUPS = {
    "matter": ("问题上报", "Reports"), "request": ("申请办理", "Requests"),
    "registration": ("登记备案", "Registrations"), "fault": ("故障报修", "Faults"),
    "suggestion": ("意见建议", "Suggestions"),
}  # fmt: skip


def offered(place: str) -> list[Revision]:
    """The revisions that may be opened from outside at a place (empty: the shipped ones)."""
    return [r for r in catalogue(place) if openers(r.playbook) & OPENERS]


def changeset() -> str:
    """When the newest of the shipped programmes was put in; clients refresh what they keep by it."""
    times = [uuid7_millis(r.id) for r in offered("") if r.id.version == 7]
    newest = datetime.fromtimestamp(max(times, default=0) / 1000, UTC)
    return w3c(newest) or ""


def find(code: str, place: str) -> Revision:
    """The revision of a service at a place. Raises OG002."""
    try:
        found = current(code, place)
    except Refusal as refusal:
        raise NO_SERVICE(code=code[:40]) from refusal
    if not openers(found.playbook) & OPENERS:
        raise NO_SERVICE(code=code[:40])
    return found


def openers(playbook: Playbook) -> set[str]:
    return {role.key for name in playbook.opens.by if (role := resolve(name)) is not None}


def service(revision: Revision) -> dict[str, Any]:
    """One element of the service list."""
    playbook, tongue = revision.playbook, lang()
    words = dict.fromkeys([playbook.title.zh, playbook.title.en, playbook.id.replace("-", " ")])
    return {
        "service_code": playbook.id,
        "service_name": playbook.title.in_(tongue),
        "description": playbook.summary.in_(tongue) if playbook.summary else "",
        "metadata": bool(attributes(playbook)),
        "type": "realtime",
        "keywords": ", ".join(word for word in words if word),
        "group": GROUPS[playbook.kind][tongue == "en"],
    }


def definition(revision: Revision) -> dict[str, Any]:
    """What to ask for a service, beside the arguments that every request has."""
    return {
        "service_code": revision.playbook_id,
        "attributes": [
            _attribute(question, order)
            for order, question in enumerate(attributes(revision.playbook), 1)
        ],
    }


def attributes(playbook: Playbook) -> list[FieldSpec]:
    """The questions that are no argument of the standard itself."""
    text = described_by(playbook)
    return [
        question
        for question in playbook.opens.ask
        if question.type not in _BY_ARGUMENT
        and question is not text
        and (not question.by or OPENERS & set(question.by))
    ]


def described_by(playbook: Playbook) -> FieldSpec | None:
    """The question that ``description`` answers: the first long text, else the first text."""
    for wanted in ("longtext", "text"):
        for question in playbook.opens.ask:
            if question.type == wanted and not question.private:
                return question
    return None


def _attribute(question: FieldSpec, order: int) -> dict[str, Any]:
    tongue = lang()
    found: dict[str, Any] = {
        "variable": True,
        "code": question.field,
        "datatype": DATATYPES[question.type],
        "required": question.required,
        "datatype_description": question.help.in_(tongue) if question.help else None,
        "order": order,
        "description": question.title(tongue),
    }
    if question.type in {"choice", "choices"}:
        found["values"] = [{"key": c.id, "name": c.title(tongue)} for c in question.choices]
    elif question.type == "boolean":
        found["values"] = [{"key": "true", "name": _("是")}, {"key": "false", "name": _("否")}]
    return found
