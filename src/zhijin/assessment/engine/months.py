"""What a month of facts looks like in Parquet: its columns, and how PostgreSQL gives each of them.

Attributes become columns of their own type, so that nothing parses JSON when a month is computed.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Final, NamedTuple

from zhijin.assessment.engine.kinds import AttrType, attribute_types


class Column(NamedTuple):
    """A column: its name, the expression over ``core_fact``, and its SQL type."""

    name: str
    source: str
    type: str


_FIXED: Final = (
    Column("id", "id::text", "VARCHAR"),
    Column("at_us", "(extract(epoch FROM at) * 1000000)::bigint", "BIGINT"),
    Column("county", "county", "INTEGER"),
    Column("org_key", "org_key", "BIGINT"),
    Column("place_key", "place_key", "BIGINT"),
    Column("kind", "kind", "VARCHAR"),
    Column("subject", "subject", "VARCHAR"),
    Column("actor", "actor", "VARCHAR"),
    Column("value", "value", "BIGINT"),
    Column("record", "record", "VARCHAR"),
    Column("playbook", "playbook", "VARCHAR"),
    Column("revision", "revision", "INTEGER"),
)
#: Begins the names of the columns of attributes.
_PREFIX: Final = "a_"
#: Rows of a month are written in this order, so that a kind is found without reading the others.
ORDER: Final = "kind, org_key"
#: Rows of a row group: small, so that reading one kind reads little else.
ROW_GROUP: Final = 32_768


def attribute_source(name: str, kind: AttrType) -> str:
    """An attribute out of ``core_fact.attrs``; what is not of its type counts as absent."""
    text = f"(attrs->>'{name}')"
    if kind == "number":
        return f"(CASE WHEN {text} ~ '^-?[0-9]{{1,15}}$' THEN {text}::bigint END)"
    if kind == "flag":
        return f"(CASE {text} WHEN 'true' THEN true WHEN 'false' THEN false END)"
    return text


def columns() -> list[Column]:
    """All columns of a month file, in order."""
    types = {"text": "VARCHAR", "number": "BIGINT", "flag": "BOOLEAN"}
    found = sorted(attribute_types().items())
    return [
        *_FIXED,
        *(
            Column(_PREFIX + name, attribute_source(name, kind), types[kind])
            for name, kind in found
        ),
    ]


def is_held(column: Column, attributes: Container[str]) -> bool:
    """Whether facts with no attributes but these have anything in ``column``."""
    return column in _FIXED or column.name.removeprefix(_PREFIX) in attributes


def select_list(attributes: Container[str] | None = None) -> str:
    """The select list over ``core_fact`` that gives :func:`columns`, or those that are held."""
    return ", ".join(
        f'{column.source} AS "{column.name}"'
        for column in columns()
        if attributes is None or is_held(column, attributes)
    )


def filled_list(attributes: Container[str]) -> str:
    """The select list over the columns that are held that gives :func:`columns`: the others are empty."""
    return ", ".join(
        f'"{column.name}"'
        if is_held(column, attributes)
        else f'CAST(NULL AS {column.type}) AS "{column.name}"'
        for column in columns()
    )
