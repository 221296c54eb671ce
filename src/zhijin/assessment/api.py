"""What other rooms may use of assessment."""

from zhijin.assessment.models import Mark, Run, Score

__all__ = ["Mark", "Run", "Score"]
