"""Other kinds of programme file than playbooks of cases: a higher room registers how to read its own.

A file's first key says which kind it is (``playbook: 1``, ``assessment: 1``). Whatever the kind, published
revisions are rows of one table, immutable and hashed, and one place's own holds before a wider one's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from zhijin.playbooks.engine import Finding, first_key

#: The form of the playbooks themselves.
PLAYBOOK = "playbook"


@dataclass(frozen=True)
class Checked:
    """What a form says of a file. ``id`` is empty when there is any error."""

    id: str = ""
    title_zh: str = ""
    title_en: str = ""
    digest: str = ""
    findings: list[Finding] = field(default_factory=list)

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.is_error]


@dataclass(frozen=True)
class Form:
    """One kind of programme file: its first key, its usual name, how it is read and told in sentences.

    ``explain`` takes a text without errors and a language, and gives sections: a title and lines.
    """

    key: str
    file: str
    check: Callable[[str | bytes, str], Checked]
    explain: Callable[[str, str], Sequence[tuple[str, Sequence[str]]]]


_forms: dict[str, Form] = {}


def register_form(form: Form) -> None:
    """Add a kind of file. Raises ValueError when another has its key."""
    if _forms.get(form.key, form) != form or form.key == PLAYBOOK:
        raise ValueError(f"the form {form.key} is registered twice")
    _forms[form.key] = form


def registered() -> list[Form]:
    return list(_forms.values())


def form(key: str) -> Form | None:
    """The form called ``key``; None for the playbooks' own."""
    return _forms.get(key)


def form_of(source: str | bytes) -> Form | None:
    """The form that the file's first key names; None: to be read as a playbook."""
    text = source.decode("utf-8", "replace") if isinstance(source, bytes) else source
    return _forms.get(first_key(text))
