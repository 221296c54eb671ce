"""What the journal calls the doings of programmes."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, str | Promise] = {
    "publication.show": _("公开一件事项"),
    "publication.withdraw": _("撤回公开"),
    "household.file": _("查看一户一档"),
    "webhook.create": _("登记回调"),
    "webhook.rotate": _("更换回调密钥"),
    "webhook.ping": _("试发回调"),
    "webhook.stop": _("停用回调"),
    "webhook.start": _("启用回调"),
}
