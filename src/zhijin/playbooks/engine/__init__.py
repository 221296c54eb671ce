"""The playbook engine: reads a programme from one file, checks it, runs it, shows it.

Plain Python: no Django, no database, no clock of its own. Its reader, findings and small shapes
serve every kind of programme file.
"""

from zhijin.playbooks.engine.canonical import digest
from zhijin.playbooks.engine.catalogue import PROBLEMS
from zhijin.playbooks.engine.durations import Duration, Unit
from zhijin.playbooks.engine.filekind import FileKind, Programme, Reading
from zhijin.playbooks.engine.findings import Finding, Mark, Problem, Severity, ordered
from zhijin.playbooks.engine.loading import Loaded, load, load_file
from zhijin.playbooks.engine.machine import Action, FieldProblem, Fire, Machine
from zhijin.playbooks.engine.meaning_effects import MINORS, RIGHTS
from zhijin.playbooks.engine.model import (
    Extension,
    FieldSpec,
    Move,
    Party,
    Playbook,
    State,
    Suspension,
)
from zhijin.playbooks.engine.other_kinds import Told, first_key, register_kind
from zhijin.playbooks.engine.parts import (
    Id,
    Key,
    Listed,
    Name,
    Part,
    Sentence,
    Text,
    Title,
    exactly_one,
)
from zhijin.playbooks.engine.reader import Document, read
from zhijin.playbooks.engine.reference import part_table, problem_sections
from zhijin.playbooks.engine.shapes import both, fields_of
from zhijin.playbooks.engine.structure import Intact, enumerated, hint, intact, validated

__all__ = [
    "MINORS",
    "PROBLEMS",
    "RIGHTS",
    "Action",
    "Document",
    "Duration",
    "Extension",
    "FieldProblem",
    "FieldSpec",
    "FileKind",
    "Finding",
    "Fire",
    "Id",
    "Intact",
    "Key",
    "Listed",
    "Loaded",
    "Machine",
    "Mark",
    "Move",
    "Name",
    "Part",
    "Party",
    "Playbook",
    "Problem",
    "Programme",
    "Reading",
    "Sentence",
    "Severity",
    "State",
    "Suspension",
    "Text",
    "Title",
    "Told",
    "Unit",
    "both",
    "digest",
    "enumerated",
    "exactly_one",
    "fields_of",
    "first_key",
    "hint",
    "intact",
    "load",
    "load_file",
    "ordered",
    "part_table",
    "problem_sections",
    "read",
    "register_kind",
    "validated",
]
