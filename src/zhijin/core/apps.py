"""The core application."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "zhijin.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"
