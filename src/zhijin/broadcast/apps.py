"""The broadcast application: its programme file, its consumer of receipts, and how its records are called."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from zhijin.ui.nav import NavItem


class BroadcastConfig(AppConfig):
    name = "zhijin.broadcast"
    label = "broadcast"
    desk_nav = [
        NavItem(
            "broadcasts",
            _("云广播"),
            "desk:broadcasts",
            "broadcast.view",
            "megaphone",
            30,
            "governance",
        ),
    ]

    def ready(self) -> None:
        from zhijin.broadcast import naming
        from zhijin.broadcast.programme import FORM
        from zhijin.broadcast.services import knocking, posting
        from zhijin.core import file_uses, labels
        from zhijin.core.tasks import register_tick
        from zhijin.playbooks.api import register_form
        from zhijin.sensing.api import register_consumer

        register_form(FORM)
        for column in ("digest", "opus_digest"):
            file_uses.register("broadcast_broadcast", column)
        register_consumer("receipts", "receipt")
        labels.register("broadcast", naming.broadcasts)
        labels.register("channel", naming.channels)
        labels.register("word", naming.words)
        labels.register("sender", naming.senders)
        register_tick("broadcast.posts", 5.0, posting.requeue)
        register_tick("broadcast.errands", 60.0, knocking.pick_up)
        labels.register_actions(naming.ACTIONS)
