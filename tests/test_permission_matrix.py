"""Every address × every member of the cast has an expected answer, in ``permission_matrix.toml``.

The addresses come from the URL resolver (the operations of the HTTP API among them): one that is
not listed fails, and so does a listed one that is gone. To add one: give its parameters a line in
``matrix_world.py``, run this file, and copy the measured row from the failure into the table after
having looked at every figure in it.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from tests.cases.conftest import ground
from tests.cast import Cast, Member
from tests.matrix_world import PLACED, SAMPLES, World, build
from zhijin.access.api import Gate
from zhijin.access.middleware import COOKIE
from zhijin.access.models import ApiKey
from zhijin.access.selectors import token_digest
from zhijin.core.roles import ROLES

__all__ = ["ground"]

FILE = Path(__file__).with_name("permission_matrix.toml")
#: The columns, in the order of the table.
COLUMNS = {
    "res": "resident", "grid": "grid_worker", "secr": "branch_secretary",
    "town": "township_officer", "coun": "county_officer", "dept": "department_officer",
    "outs": "outsider", "sysa": "system_admin", "secu": "security_officer", "audi": "auditor",
    "api": "api_client",
}  # fmt: skip
ROLE_OF = {
    "branch_secretary": "village_secretary", "outsider": "county_officer",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One address by one method, and the gates before it."""

    name: str
    method: str
    params: tuple[str, ...]
    gates: tuple[Gate, ...]

    @property
    def key(self) -> str:
        return f"{self.method} {self.name}"

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api:")


def rows() -> list[Row]:
    """Every address of the platform by every method it takes."""
    found = [
        row
        for pattern, name in _patterns(get_resolver().url_patterns)
        for row in _rows(pattern, name)
    ]
    return sorted(found, key=lambda row: (row.name, row.method))


def _patterns(patterns: Any, spaces: tuple[str, ...] = ()) -> Iterator[tuple[URLPattern, str]]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern.pattern} has no name"
            yield pattern, ":".join((*spaces, pattern.name))
        else:
            space = (pattern.namespace,) if pattern.namespace else ()
            yield from _patterns(pattern.url_patterns, spaces + space)


def _rows(pattern: URLPattern, name: str) -> Iterator[Row]:
    params = tuple(sorted(pattern.pattern.converters))
    operations = _operations(pattern.callback)
    if operations is None:
        gates = _gates(pattern.callback)
        for method in gates[0].methods if gates else ("GET",):
            yield Row(name, method, params, gates)
        return
    for operation in operations:
        if operation.view_func.__name__ == name.partition(":")[2]:
            for method in operation.methods:
                yield Row(name, method, params, _gates(operation.view_func))


def _operations(view: Any) -> Any:
    """The operations behind a django-ninja path; None for an ordinary view."""
    cells = zip(view.__code__.co_freevars, view.__closure__ or (), strict=True)
    held = {name: cell.cell_contents for name, cell in cells}
    return getattr(held.get("self"), "operations", None)


def _gates(view: Any) -> tuple[Gate, ...]:
    """Every gate in a view's chain of wrappers (each carries the mark of those within)."""
    found: list[Gate] = []
    while view is not None:
        mark = getattr(view, "gate", None)
        if mark is not None and (not found or mark is not found[-1]):
            found.append(mark)
        view = getattr(view, "__wrapped__", None)
    return tuple(found)


def table() -> dict[str, list[int]]:
    listed = tomllib.loads(FILE.read_text(encoding="utf-8"))
    assert listed["columns"].split() == list(COLUMNS)
    cells = {key: [int(cell) for cell in text.split()] for key, text in listed["rows"].items()}
    wrong = [key for key, row in cells.items() if len(row) != len(COLUMNS)]
    assert not wrong, f"rows with a cell too many or too few: {wrong}"
    return cells


def line(key: str, statuses: list[int]) -> str:
    """A row as the table has it."""
    cells = "  ".join(str(status) for status in statuses)
    quoted = f'"{key}"'
    return f'{quoted:34} = "{cells}"'


# -- what can be said without asking ---------------------------------------------------------


def test_every_view_has_exactly_one_gate():
    wrong = {row.key: len(row.gates) for row in rows() if len(row.gates) != 1}
    assert not wrong, f"put one gate (access.api: gate, public, api_gate) before: {wrong}"


def test_every_address_with_parameters_has_a_sample():
    missing = sorted({row.name for row in rows() if row.params and row.name not in SAMPLES})
    assert not missing, f"add to SAMPLES in tests/matrix_world.py: {missing}"


def test_the_table_lists_no_address_that_is_gone():
    gone = set(table()) - {row.key for row in rows()}
    assert not gone, f"remove from {FILE.name}: {sorted(gone)}"


def test_the_table_agrees_with_the_gates():
    """Nobody without the permission passes, and everybody with it is let through the gate."""
    listed, wrong = table(), []
    for row in rows():
        for column, cell in zip(COLUMNS.values(), listed.get(row.key, []), strict=False):
            if problem := _contradiction(row, column, cell):
                wrong.append(f"{row.key} for {column}: {cell}, but {problem}")
    assert not wrong, "\n".join(wrong)


#: Here 401 says that the password is wrong, whoever asks.
ASK_FOR_PASSWORDS = {"POST desk:password", "POST portal:sign-in"}


def _contradiction(row: Row, column: str, cell: int) -> str:
    (demand,) = row.gates
    if row.key in ASK_FOR_PASSWORDS:
        return ""
    if not demand.signed_in:
        return "a public address sends nobody to sign in" if cell == 401 and not row.is_api else ""
    if column == "resident":
        wanted = {302} if row.method == "GET" and not row.is_api else {401}
        return "" if cell in wanted else f"nobody is signed in ({wanted})"
    held = ROLES[ROLE_OF.get(column, column)].permissions
    if demand.permissions and not held & set(demand.permissions):
        return "" if cell == 403 else f"none of {demand.permissions} is held"
    return "the gate lets this one in" if cell == 401 else ""


def test_another_places_record_does_not_exist():
    listed = table()
    place = list(COLUMNS.values()).index("outsider")
    unknown = PLACED - {row.name for row in rows()}
    assert not unknown, f"remove from PLACED: {sorted(unknown)}"
    shown = {
        row.key: listed[row.key][place]
        for row in rows()
        if row.name in PLACED and row.key in listed
    }
    wrong = {key: cell for key, cell in shown.items() if cell != 404}
    assert not wrong, f"404, not a word more, for another county's officer: {wrong}"


# -- what is answered ------------------------------------------------------------------------


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.slow
@pytest.mark.usefixtures("ground")
@pytest.mark.timeout(1800)  # six thousand requests
def test_every_address_answers_everybody_as_the_table_says(cast, settings, tmp_path):
    settings.ZHIJIN_FILES = str(tmp_path / "files")
    settings.HOME = tmp_path
    settings.ZHIJIN_DEMO = True
    world, listed, keys, problems = build(cast), table(), _keys(cast), []
    for row in rows():
        if row.params and row.name not in SAMPLES:
            continue  # a missing sample is told by the test above
        measured = [answer(cast, column, row, world, keys) for column in COLUMNS.values()]
        if listed.get(row.key) != measured:
            told = f"# {line(row.key, listed[row.key])}\n" if row.key in listed else ""
            problems.append(told + line(row.key, measured))
    header = f"# {'':34}{'  '.join(f'{c:3}' for c in COLUMNS)}"
    assert not problems, "expected (#) and measured:\n" + "\n".join([header, *problems])


def answer(cast: Cast, column: str, row: Row, world: World, keys: dict[str, str]) -> int:
    """The status that one of the cast gets; whatever it changed is undone."""
    member = getattr(cast, column)
    path = reverse(row.name, kwargs=SAMPLES[row.name](world) if row.params else None)
    browser = _program(keys.get(column, "")) if row.is_api else _browser(member)
    body, sent = world.bodies.get(row.key, {}), {}
    if row.method != "GET" and row.is_api:
        sent = {"data": json.dumps(body), "content_type": "application/json"}
    elif row.method != "GET":
        sent = {"data": urlencode(body), "content_type": "application/x-www-form-urlencoded"}
    with transaction.atomic():
        response = browser.generic(row.method, path, **sent)
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return int(response.status_code)


def _browser(member: Member) -> Client:
    if member.api_key:
        return _program(member.api_key)
    browser = Client()
    if member.token:
        browser.cookies[COOKIE] = member.token
    return browser


def _program(key: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {key}"}) if key else Client()


def _keys(cast: Cast) -> dict[str, str]:
    """A key for every member's own account, so that every role is tried on the API."""
    keys = {member.key: f"key-of-{member.key}" for member in cast.everybody() if member.account}
    for name, key in keys.items():
        ApiKey.objects.create(
            digest=token_digest(key), account=getattr(cast, name).account, label="x", hint="x"
        )
    return keys


def test_the_table_is_in_order_and_easy_to_read():
    text = FILE.read_text(encoding="utf-8")
    keys = re.findall(r'^"(\S+ \S+)"', text, re.MULTILINE)
    assert len(keys) == len(set(keys))
    assert all(text_line == text_line.rstrip() for text_line in text.splitlines())
