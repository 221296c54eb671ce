"""What the playbooks room refuses."""

from django.utils.translation import gettext_lazy as _

from zhijin.core.errors import define

UNKNOWN_PLAYBOOK = define(
    "PR001", 404, _("没有名为“{playbook}”的行动方案。"), help=_("请从方案列表中选择。")
)
