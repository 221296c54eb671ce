"""A place in a Django form, chosen by its name: :class:`PlaceField`, and the forms that hold one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhijin.core.actor import Actor
from zhijin.places.picking import ALL, Picked, Question, Typed

NOBODY = Actor.resident()


class PlaceWidget(forms.Widget):
    """The words, and below them the places that they may mean."""

    question = Question()
    actor = NOBODY

    def value_from_datadict(self, data: Mapping[str, Any], _files: Any, name: str) -> Typed:
        return Typed.of(data, name)

    def value_omitted_from_data(self, data: Mapping[str, Any], _files: Any, name: str) -> bool:
        return name not in data

    def id_for_label(self, id_: str) -> str:
        return id_

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        typed = value if isinstance(value, Typed) else Typed(str(value or ""))
        picked = self.question.pick(self.actor, name, typed)
        found = attrs or {}
        context = {
            "picked": picked, "id": found.get("id", name), "required": self.is_required,
            "described": found.get("aria-describedby", ""), "invalid": "aria-invalid" in found,
        }  # fmt: skip
        return render_to_string("places/_place_input.html", context)


class PlaceField(forms.Field):
    """Gives the code of one place; empty when nothing was typed. Its form is a :class:`PlacedForm`."""

    widget = PlaceWidget

    def __init__(
        self,
        *,
        levels: tuple[str, ...] = ALL,
        permission: str = "",
        grids: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(**more)
        self.question = self.widget.question = Question(levels, permission, grids)

    def clean(self, value: Any) -> str:
        typed = value if isinstance(value, Typed) else Typed(str(value or ""))
        picked = self.question.pick(self.widget.actor, "", typed)
        if self.required and not typed.text:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return settled(picked)


def settled(picked: Picked) -> str:
    """The code of a field; raises ValidationError while the place is not known."""
    if picked.settled:
        return picked.code
    if picked.open:
        raise forms.ValidationError(_("有几个地方都叫这个名字，请选一个。"), code="open")
    raise forms.ValidationError(
        _("没有找到“%(text)s”。请换一个名字，或先写上级再写下级，例如：靖安 大耆老。"),
        code="lost", params={"text": picked.text},
    )  # fmt: skip


class PlacedForm(forms.Form):
    """A form in which places are chosen, within what ``actor`` may see."""

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        for field in self.fields.values():
            if isinstance(field, PlaceField):
                field.widget.actor = actor
