"""What other rooms may use of playbooks."""

from zhijin.playbooks.counting import register_open_cases, register_past_cases
from zhijin.playbooks.engine import Machine, Playbook
from zhijin.playbooks.engine.simulate import NOBODY, Opening
from zhijin.playbooks.selectors import Revision, catalogue, current, forget, revision
from zhijin.playbooks.shipping import install_shipped

__all__ = [
    "NOBODY",
    "Machine",
    "Opening",
    "Playbook",
    "Revision",
    "catalogue",
    "current",
    "forget",
    "install_shipped",
    "register_open_cases",
    "register_past_cases",
    "revision",
]
