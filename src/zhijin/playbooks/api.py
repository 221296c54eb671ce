"""What other rooms may use of playbooks."""

from zhijin.playbooks.engine import Machine, Playbook
from zhijin.playbooks.selectors import Revision, catalogue, current, forget, revision

__all__ = ["Machine", "Playbook", "Revision", "catalogue", "current", "forget", "revision"]
