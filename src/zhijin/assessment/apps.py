"""The assessment application."""

from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "zhijin.assessment"
    label = "assessment"
