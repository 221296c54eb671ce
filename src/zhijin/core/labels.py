"""What things are called, for pages that show any kind of record (the journal). Rooms register their own
kinds and actions, so that a lower room can name what it must not import."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

from django.utils.functional import Promise

log = logging.getLogger("zhijin.labels")
Text = str | Promise
#: Ids of one kind → their labels; ids that mean nothing are left out.
Labeller = Callable[[Sequence[str]], Mapping[str, str]]

_labellers: dict[str, Labeller] = {}
_actions: dict[str, Text] = {}
_sights: set[str] = set()


def register(kind: str, labeller: Labeller) -> None:
    """Name the records of ``kind`` (``place``, ``case``). Raises ValueError when it is taken.

    ``labeller`` runs in the reader's transaction; what it returns is shown to auditors, so it must
    mask persons and tell no business.
    """
    if kind in _labellers and _labellers[kind] is not labeller:
        raise ValueError(f"labels of {kind} are registered twice")
    _labellers[kind] = labeller


def register_actions(titles: Mapping[str, Text]) -> None:
    """Name what the journal's actions mean: ``{"case.accept": _("受理")}``."""
    _actions.update(titles)


def register_sights(*names: str) -> None:
    """Say which actions are looks at somebody's personal data: what an auditor asks for first."""
    _sights.update(names)


def sights() -> frozenset[str]:
    return frozenset(_sights)


def actions() -> Mapping[str, Text]:
    """Every action that has a title."""
    return dict(_actions)


def action(name: str) -> str:
    """The title of an action; its name when nobody gave it one."""
    return str(_actions.get(name, name))


def labels(kind: str, ids: Iterable[str]) -> dict[str, str]:
    """The labels of some records of one kind, in one go. Unknown kinds have none.

    An id that its room cannot read (it may be years old) costs the labels, never the page.
    """
    wanted = sorted({i for i in ids if i})
    labeller = _labellers.get(kind)
    if labeller is None or not wanted:
        return {}
    try:
        return dict(labeller(wanted))
    except (ValueError, LookupError):
        log.warning("no labels of kind %s for %s", kind, wanted[:5])
        return {}


def label(kind: str, one: str) -> str:
    """The label of one record; its id when it has none."""
    return labels(kind, [one]).get(one, one)


def objects(names: Iterable[str]) -> dict[str, str]:
    """Labels of journal objects (``kind:id``), all kinds at once; those without one are left out."""
    by_kind: dict[str, set[str]] = {}
    for name in names:
        kind, _, one = name.partition(":")
        by_kind.setdefault(kind, set()).add(one)
    found: dict[str, str] = {}
    for kind, ids in by_kind.items():
        found |= {f"{kind}:{one}": text for one, text in labels(kind, ids).items()}
    return found
