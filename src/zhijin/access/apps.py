"""The access application, its places in the desk's navigation, and what the journal calls its doings."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from zhijin.ui.nav import NavItem

ACTIONS = {
    "sign_in": _("登录"),
    "sign_in.refused": _("登录失败"),
    "sign_in.locked": _("登录失败，账号锁定"),
    "sign_out": _("退出登录"),
    "account.create": _("建立账号"),
    "account.stop": _("停用账号"),
    "account.restore": _("恢复账号"),
    "account.reset": _("重设密码"),
    "account.confirmed": _("核实并放行新的登录方式"),
    "key.confirmed": _("核实并启用新的接口密钥"),
    "account.password": _("修改自己的密码"),
    "account.second_factor": _("启用动态验证码"),
    "account.identity": _("关联统一身份"),
    "key.issue": _("发放接口密钥"),
    "key.end": _("停用接口密钥"),
    "grant.give": _("授权"),
    "grant.revoke": _("收回授权"),
    "journal.read": _("查看审计日志"),
    "journal.export": _("导出审计日志"),
}


class AccessConfig(AppConfig):
    name = "zhijin.access"
    label = "access"
    desk_nav = [
        NavItem("accounts", _("账号"), "desk:accounts", "account.manage", "users", 80, "admin"),
        NavItem("grants", _("授权"), "desk:grants", "grant.manage", "shield", 81, "admin"),
        NavItem(
            "journal", _("审计日志"), "desk:journal", "journal.read", "scroll-text", 82, "admin"
        ),
    ]

    def ready(self) -> None:
        from zhijin.access import selectors, sign_ins
        from zhijin.core import labels, tasks

        labels.register_actions(ACTIONS)
        labels.register("account", selectors.account_labels)
        labels.register("api", selectors.account_labels)
        tasks.register_tick("access.purge_sign_ins", 3600.0, sign_ins.purge_sign_ins)
