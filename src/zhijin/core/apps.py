"""The core application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "zhijin.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from zhijin.core import chores, privileges

        chores.register()
        post_migrate.connect(privileges.after_migration, sender=self, dispatch_uid="zhijin.grants")
