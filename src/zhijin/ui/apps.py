"""The user interface library: base templates, components, tags. Knows no room."""

from django import forms
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    name = "zhijin.ui"
    label = "ui"

    def ready(self) -> None:
        # Django's own words speak of a field, which nobody outside a computer department calls it.
        forms.Field.default_error_messages["required"] = _("请填写这一项。")
