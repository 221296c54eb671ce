"""The activities application, its entries in the desk's navigation, and what it registers."""

from __future__ import annotations

from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "zhijin.activities"
    label = "activities"
