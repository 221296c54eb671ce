"""The playbook engine: reads a programme from one file, checks it, runs it, shows it.

Plain Python: no Django, no database, no clock of its own.
"""

from zhijin.playbooks.engine.durations import Duration, Unit
from zhijin.playbooks.engine.findings import Finding, Severity
from zhijin.playbooks.engine.loading import Loaded, load, load_file
from zhijin.playbooks.engine.machine import Action, FieldProblem, Fire, Machine
from zhijin.playbooks.engine.model import FieldSpec, Move, Playbook, State

__all__ = [
    "Action",
    "Duration",
    "FieldProblem",
    "FieldSpec",
    "Finding",
    "Fire",
    "Loaded",
    "Machine",
    "Move",
    "Playbook",
    "Severity",
    "State",
    "Unit",
    "load",
    "load_file",
]
