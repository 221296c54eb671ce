"""What other rooms may use of playbooks."""

from zhijin.playbooks.counting import register_open_cases, register_past_cases
from zhijin.playbooks.engine import FileKind, Machine, Playbook
from zhijin.playbooks.engine.sensing import Quarantine as QuarantineRule
from zhijin.playbooks.engine.sensing import SensingRule
from zhijin.playbooks.engine.sensing import waits_until as rule_waits_until
from zhijin.playbooks.engine.sensing_told import condition as rule_condition
from zhijin.playbooks.engine.sensing_told import signs as quarantine_signs
from zhijin.playbooks.engine.sensing_told import told as rules_told
from zhijin.playbooks.engine.simulate import NOBODY, Opening
from zhijin.playbooks.forms import Checked, Form, register_form
from zhijin.playbooks.library import Library, Published
from zhijin.playbooks.models import PlaybookRevision as StoredRevision
from zhijin.playbooks.selectors import (
    Revision,
    catalogue,
    current,
    forget,
    in_force,
    nearest,
    published_row,
    revision,
    visible,
)
from zhijin.playbooks.shipping import install_shipped

__all__ = [
    "NOBODY",
    "Checked",
    "FileKind",
    "Form",
    "Library",
    "Machine",
    "Opening",
    "Playbook",
    "Published",
    "QuarantineRule",
    "Revision",
    "SensingRule",
    "StoredRevision",
    "catalogue",
    "current",
    "forget",
    "in_force",
    "install_shipped",
    "nearest",
    "published_row",
    "quarantine_signs",
    "register_form",
    "register_open_cases",
    "register_past_cases",
    "revision",
    "rule_condition",
    "rule_waits_until",
    "rules_told",
    "visible",
]
