"""The assessment application."""

from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "zhijin.assessment"
    label = "assessment"

    def ready(self) -> None:
        """Let playbooks read and publish assessment programmes too."""
        from zhijin.assessment.forms import FORM
        from zhijin.playbooks.api import register_form

        register_form(FORM)
