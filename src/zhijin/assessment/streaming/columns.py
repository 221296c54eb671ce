"""Which columns a month of facts has, and how PostgreSQL gives them: one for each attribute of the catalogue.

No JSON in the files: reading it from twenty million rows is what would cost. A value of another type
than the catalogue says is left out, as if the attribute were not there.
"""

from __future__ import annotations

from zhijin.assessment.engine.kinds import attribute_types

FIXED = (
    "id::text AS id, (extract(epoch FROM at) * 1000000)::bigint AS at, county, org_key, place_key,"
    " kind::text AS kind, subject::text AS subject, actor::text AS actor, value,"
    " record::text AS record, playbook::text AS playbook, revision"
)
#: Read while a month is written, and left out of the file.
CORRECTING = "attrs->>'corrects' AS corrects, coalesce(attrs->>'void' = 'true', false) AS void"
_FORMS = {
    "text": "attrs->>'{name}'",
    "number": "CASE jsonb_typeof(attrs->'{name}') WHEN 'number'"
    " THEN trunc((attrs->>'{name}')::numeric)::bigint END",
    "flag": "CASE jsonb_typeof(attrs->'{name}') WHEN 'boolean'"
    " THEN (attrs->>'{name}')::boolean END",
}


def select_list() -> str:
    """What to select from ``core_fact`` for a month's file."""
    attrs = (
        f"{_FORMS[kind].format(name=name)} AS a_{name}"
        for name, kind in sorted(attribute_types().items())
    )
    return ", ".join((FIXED, *attrs, CORRECTING))
