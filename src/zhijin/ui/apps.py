"""The user interface library: base templates, components, tags. Knows no room."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "zhijin.ui"
    label = "ui"
