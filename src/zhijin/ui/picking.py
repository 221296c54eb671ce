"""Choosing one record by its name in a form: what was typed, which one is meant, or which ones it may be.

Nobody has to know a code or a key. A name that fits one record is that record; one that fits several comes back
with those to choose from, so that it works without scripts; with them the choices come while one types. The rooms
say what there is to find (places, organisations); this module knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol, TypeVar

from django import forms
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from zhijin.core.actor import Actor

LONGEST: Final = 60
NOBODY: Final = Actor.resident()


@dataclass(frozen=True)
class Choice:
    """One record that may be meant; ``path`` tells it from others of its name."""

    code: str
    name: str
    path: str


@dataclass(frozen=True)
class Typed:
    """The three values that the field sends: the words, the choice, and the words it was a choice of."""

    text: str = ""
    code: str = ""
    was: str = ""

    @classmethod
    def of(cls, data: Mapping[str, str], field: str) -> Typed:
        given = (str(data.get(field + end) or "") for end in ("", ".code", ".was"))
        text, code, was = (one.replace("\0", "").strip()[:LONGEST] for one in given)
        return cls(text, code, was)

    @classmethod
    def or_value(cls, value: Any) -> Typed:
        """What a form's field holds: what was sent, or the value that it began with."""
        return value if isinstance(value, cls) else cls(str(value or ""))


class Named(Protocol):
    """A record that is chosen by its name."""

    name: str


Record = TypeVar("Record", bound=Named)


def meant(
    typed: Typed,
    by_key: Callable[[str], Record | None],
    find: Callable[[str], Sequence[Record]],
) -> tuple[Record | None, Sequence[Record]]:
    """The one record that is meant; without one, those that it may be.

    A choice holds while the words stand that it was a choice of, and a key stands for itself. Of several found, the
    only one of that very name is meant.
    """
    again = typed.code if typed.text == typed.was else ""
    for key in (again, typed.text):
        if (one := by_key(key)) is not None:
            return one, ()
    rows = find(typed.text)
    same = [one for one in rows if one.name == typed.text]
    if len(rows) == 1 or len(same) == 1:
        return (same or rows)[0], ()
    return None, rows


@dataclass(frozen=True)
class Picked:
    """What a field of a form says. ``code`` is empty while it is open which record is meant."""

    field: str
    text: str = ""
    code: str = ""
    choices: tuple[Choice, ...] = ()
    #: Drawn with this as ``picked``, and ``id``, ``label``, ``help``; ``input`` is the part without its label.
    template: ClassVar[str] = "ui/pick_field.html"
    input: ClassVar[str] = "ui/pick_input.html"

    @property
    def open(self) -> bool:
        """Whether one of several has yet to be chosen."""
        return bool(self.choices) and not self.code

    @property
    def lost(self) -> bool:
        """Whether something was typed that nothing is called."""
        return bool(self.text) and not self.code and not self.choices

    @property
    def settled(self) -> bool:
        """Whether it is known what is meant: one record, or none at all."""
        return bool(self.code) or not self.text

    @property
    def asks(self) -> str:
        """The address that tells the choices while one types."""
        raise NotImplementedError

    @property
    def example(self) -> str:
        """What somebody might type."""
        raise NotImplementedError

    @property
    def unknown(self) -> str:
        """What is said under the field when nothing is called so."""
        raise NotImplementedError

    def wrong(self) -> str:
        """What a form says while it is open what is meant."""
        raise NotImplementedError


class Asks(Protocol):
    """What may be chosen in a field."""

    def pick(self, actor: Actor, field: str, typed: Typed) -> Picked: ...


class PickWidget(forms.Widget):
    """The words, and below them what they may mean."""

    question: Asks
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
        picked = self.question.pick(self.actor, name, Typed.or_value(value))
        found = attrs or {}
        context = {
            "picked": picked, "id": found.get("id", name), "required": self.is_required,
            "described": found.get("aria-describedby", ""), "invalid": "aria-invalid" in found,
        }  # fmt: skip
        return render_to_string(picked.input, context)


class PickField(forms.Field):
    """Gives the code of one record; empty when nothing was typed. Its form is a :class:`PickForm`."""

    widget = PickWidget

    def __init__(self, question: Asks, **more: Any) -> None:
        super().__init__(**more)
        self.question = self.widget.question = question

    def clean(self, value: Any) -> str:
        typed = Typed.or_value(value)
        picked = self.question.pick(self.widget.actor, "", typed)
        if self.required and not typed.text:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if picked.settled:
            return picked.code
        raise forms.ValidationError(picked.wrong(), code="open" if picked.open else "lost")


class PickForm(forms.Form):
    """A form in which records are chosen by their names, within what ``actor`` may see."""

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        for field in self.fields.values():
            if isinstance(field, PickField):
                field.widget.actor = actor


def drawn(
    picked: Picked, label: str | Promise, help: str | Promise = "", *, required: bool = False,  # noqa: A002
    optional: bool = False, width: str = "", id: str = "",  # noqa: A002
) -> SafeString:  # fmt: skip
    """The whole field: label, help, words, choices. ``id`` where a page has the same field twice."""
    target = id or f"id_{picked.field}"
    context = {
        "picked": picked, "id": target, "label": label, "help": help, "required": required,
        "optional": optional, "width": width, "described": f"{target}-help" if help else "",
    }  # fmt: skip
    return render_to_string(picked.template, context)
