"""``{% load cases %}``: the questions of a playbook as form fields, and addresses of photos."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import reverse

from zhijin.cases.models import Case, CasePhoto
from zhijin.cases.presenting import lang, role_title
from zhijin.core.errors import Refusal
from zhijin.playbooks.engine import FieldSpec

register = template.Library()

#: HTML input types of questions that are one line.
INPUTS = {
    "text": "text", "number": "text", "money": "text", "date": "date", "time": "time",
    "datetime": "datetime-local", "phone": "tel", "id_number": "text", "person": "text",
    "organisation": "text", "place": "text",
}  # fmt: skip
MODES = {"number": "decimal", "money": "decimal", "phone": "tel"}
#: Up to this many choices are shown as tiles, more as a list.
TILES = 8


@register.inclusion_tag("cases/_question.html")
def question(
    spec: FieldSpec, given: Mapping[str, Any] | None = None, refusal: Refusal | None = None,
    prefix: str = "",
) -> dict[str, Any]:  # fmt: skip
    """One question with its label, help, and what was wrong with the last answer."""
    values = given or {}
    many = values.getlist(spec.field) if hasattr(values, "getlist") else []
    error = refusal.fields.get(spec.field, "") if refusal else ""
    return {
        "spec": spec,
        "id": f"id_{prefix}{spec.field}",
        "label": spec.title(lang()),
        "help": spec.help.in_(lang()) if spec.help else "",
        "value": values.get(spec.field, ""),
        "chosen": many,
        "choices": [(choice.id, choice.title(lang())) for choice in spec.choices],
        "tiles": len(spec.choices) <= TILES,
        "input": INPUTS.get(spec.type, "text"),
        "mode": MODES.get(spec.type, ""),
        "unit": spec.unit.in_(lang()) if spec.unit else "",
        "most": int(spec.max) if spec.max else (6 if spec.type == "photo" else 500),
        "error": error,
        "errors": [error] if error else [],
        "lon": values.get("lon", ""),
        "lat": values.get("lat", ""),
        "stars": range(1, 6),
    }


@register.simple_tag
def photo_url(case: Case, photo: CasePhoto, size: str = "thumb", code: str = "") -> str:
    """Where a photo is served from: by status code for reporters, by scope for staff."""
    if code:
        return reverse("portal:photo", args=[code, photo.file_id, size])
    return reverse("desk:photo", args=[case.id, photo.file_id, size])


@register.filter
def role(name: str) -> str:
    """A role in the reader's language."""
    return role_title(name)
