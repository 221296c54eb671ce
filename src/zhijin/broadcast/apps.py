"""The broadcast application: its programme file, its consumer of receipts, and how its records are called."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from zhijin.ui.nav import NavItem


class BroadcastConfig(AppConfig):
    name = "zhijin.broadcast"
    label = "broadcast"
    desk_nav = [
        NavItem("broadcasts", _("云广播"), "desk:broadcasts", "broadcast.view", "megaphone", 30),
    ]

    def ready(self) -> None:
        from zhijin.broadcast import naming
        from zhijin.broadcast.programme import FORM
        from zhijin.broadcast.services import posting
        from zhijin.core import labels
        from zhijin.core.tasks import register_tick
        from zhijin.playbooks.api import register_form
        from zhijin.sensing.api import register_consumer

        register_form(FORM)
        register_consumer("receipts", "receipt")
        labels.register("broadcast", naming.broadcasts)
        labels.register("channel", naming.channels)
        register_tick("broadcast.posts", 5.0, posting.requeue)
        labels.register_actions(naming.ACTIONS)
