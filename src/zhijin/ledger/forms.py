"""A points programme as a kind of programme file: read, published and told like a playbook."""

from __future__ import annotations

from zhijin.ledger.rules import FORMAT, Points
from zhijin.playbooks.api import Library, Published

KEY = FORMAT.key


Programme = Published[Points]
PROGRAMMES = Library(FORMAT)
FORM = PROGRAMMES.form
revision, current, at = PROGRAMMES.revision, PROGRAMMES.current, PROGRAMMES.at
