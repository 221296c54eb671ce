"""The playbook engine: reads a programme from one file, checks it, runs it, shows it.

Plain Python: no Django, no database, no clock of its own.
"""

from zhijin.playbooks.engine.durations import Duration, Unit
from zhijin.playbooks.engine.findings import Finding, Severity
from zhijin.playbooks.engine.loading import Loaded, load, load_file
from zhijin.playbooks.engine.machine import Action, FieldProblem, Fire, Machine
from zhijin.playbooks.engine.model import (
    Extension,
    FieldSpec,
    Move,
    Party,
    Playbook,
    State,
    Suspension,
)

__all__ = [
    "Action",
    "Duration",
    "Extension",
    "FieldProblem",
    "FieldSpec",
    "Finding",
    "Fire",
    "Loaded",
    "Machine",
    "Move",
    "Party",
    "Playbook",
    "Severity",
    "State",
    "Suspension",
    "Unit",
    "load",
    "load_file",
]
