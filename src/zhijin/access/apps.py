"""The access application and its places in the desk's navigation."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from zhijin.ui.nav import NavItem


class AccessConfig(AppConfig):
    name = "zhijin.access"
    label = "access"
    desk_nav = [
        NavItem("accounts", _("账号"), "desk:accounts", "account.manage", "users", 80),
        NavItem("grants", _("授权"), "desk:grants", "grant.manage", "shield", 81),
        NavItem("journal", _("审计日志"), "desk:journal", "journal.read", "journal", 82),
    ]
