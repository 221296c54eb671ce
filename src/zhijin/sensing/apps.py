"""The sensing application: what the worker looks after for it, and how its records are called."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from zhijin.ui.nav import NavItem


class SensingConfig(AppConfig):
    name = "zhijin.sensing"
    label = "sensing"
    desk_nav = [
        NavItem(
            "devices", _("设备"), "desk:devices", "device.view", "radio-tower", 57, "registers"
        ),
        NavItem("assets", _("网络资源"), "desk:assets", "device.view", "network", 58, "registers"),
    ]

    def ready(self) -> None:
        from zhijin.core import labels
        from zhijin.core.tasks import register_tick
        from zhijin.orgs.api import register_sheet
        from zhijin.sensing import naming, retention, sheet
        from zhijin.sensing.services import alarms

        register_sheet(sheet.DEVICES)
        labels.register("device", naming.devices)
        labels.register_actions(naming.ACTIONS)
        register_tick("sensing.held", 20.0, alarms.open_held)
        register_tick("sensing.silent", 60.0, alarms.look_for_silent)
        register_tick("sensing.partitions", 6 * 3600.0, retention.make_partitions)
        register_tick("sensing.retention", 6 * 3600.0, retention.forget_old)
