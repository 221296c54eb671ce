"""Form fields with their label, help and errors tied together for screen readers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.template import Library
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

GROUPED = (forms.RadioSelect, forms.CheckboxSelectMultiple, forms.SplitDateTimeWidget)


def register_on(register: Library) -> None:
    """Add this module's tags to the ``ui`` library."""
    register.simple_tag(field)
    register.simple_tag(photos)
    register.simple_tag(form_errors)


def field(bound: BoundField, width: str = "", behaviour: str = "") -> SafeString:
    """One field of a Django form. ``width="short"`` for dates and codes."""
    if bound.is_hidden:
        return bound.as_widget()
    if isinstance(bound.field.widget, forms.CheckboxInput):
        return _single_choice(bound)
    grouped = isinstance(bound.field.widget, GROUPED)
    widget = (
        _choices(bound) if _is_choices(bound) else bound.as_widget(attrs=_aria(bound, behaviour))
    )
    values = {
        "id": bound.auto_id or bound.html_name,
        "label": bound.label,
        "help": bound.help_text,
        "required": bound.field.required,
        "errors": bound.errors,
        "widget": widget,
        "group": grouped,
        "width": width,
    }
    return _render("field", values)


def photos(
    name: str = "photos",
    label: str = "",
    max: int = 6,  # noqa: A002 - the names that templates write
    required: bool = False,
    help: str = "",  # noqa: A002
    errors: Any = (),
) -> SafeString:
    """The photo picker: works without scripts; with them it previews and shrinks before sending."""
    target = f"id_{name}"
    parts = [f"{target}-help"] if help else []
    parts += [f"{target}-error"] if errors else []
    values = {
        "id": target, "name": name, "label": label or _("照片"), "max": max, "required": required,
        "help": help, "errors": list(errors), "described": " ".join(parts),
    }  # fmt: skip
    return _render("photos", values)


def form_errors(form: forms.BaseForm) -> SafeString:
    """What has to be mended, at the head of the form, each line leading to its field."""
    lines = [("", text) for text in form.non_field_errors()]
    for bound in form.visible_fields():
        lines += [(bound.auto_id, f"{bound.label}：{text}") for text in bound.errors]
    if not lines:
        return SafeString()
    items = format_html_join(
        "",
        "<li>{}</li>",
        (
            (format_html('<a href="#{}">{}</a>', target, text) if target else text,)
            for target, text in lines
        ),
    )
    values = {
        "tone": "late",
        "icon": "circle-alert",
        "title": _("还有 {n} 处要改").format(n=len(lines)),
        "content": format_html("<ul>{}</ul>", items),
    }
    return format_html('<div role="alert" tabindex="-1">{}</div>', _render("notice", values))


def _aria(bound: BoundField, behaviour: str = "") -> dict[str, Any]:
    target = bound.auto_id or bound.html_name
    described = [f"{target}-help"] if bound.help_text else []
    described += [f"{target}-error"] if bound.errors else []
    attrs: dict[str, Any] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if behaviour:
        attrs["data-behaviour"] = behaviour
    return attrs


def _is_choices(bound: BoundField) -> bool:
    return isinstance(bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


def _choices(bound: BoundField) -> SafeString:
    rows = format_html_join(
        "",
        '<label class="choice">{}<span>{}</span></label>',
        ((sub.tag(wrap_label=False), sub.choice_label) for sub in bound.subwidgets),
    )
    return format_html('<div class="choices">{}</div>', rows)


def _single_choice(bound: BoundField) -> SafeString:
    values = {
        "id": bound.auto_id or bound.html_name,
        "label": bound.label,
        "help": bound.help_text,
        "errors": bound.errors,
        "widget": bound.as_widget(attrs=_aria(bound)),
        "single": True,
    }
    return _render("field", values)


def _render(name: str, values: dict[str, Any]) -> SafeString:
    return render_to_string(f"ui/components/{name}.html", values)
