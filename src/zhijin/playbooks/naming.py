"""What the journal calls the doings with playbooks."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, str | Promise] = {
    "playbook.upload": _("上传行动方案"),
    "playbook.publish": _("行动方案生效"),
    "playbook.retire": _("行动方案停用"),
    "playbook.discard": _("丢弃行动方案草稿"),
}
