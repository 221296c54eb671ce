"""What other rooms may use of playbooks."""

from zhijin.playbooks.counting import register_open_cases, register_past_cases
from zhijin.playbooks.engine import Machine, Playbook
from zhijin.playbooks.engine.simulate import NOBODY, Opening
from zhijin.playbooks.forms import Checked, Form, register_form
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
    "Form",
    "Machine",
    "Opening",
    "Playbook",
    "Revision",
    "catalogue",
    "current",
    "forget",
    "in_force",
    "install_shipped",
    "nearest",
    "published_row",
    "register_form",
    "register_open_cases",
    "register_past_cases",
    "revision",
    "visible",
]
