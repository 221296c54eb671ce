"""What other rooms may use of assessment."""

from zhijin.assessment import demo
from zhijin.assessment.demo import work as demo_work
from zhijin.assessment.demo_standing import standings as demo_standings
from zhijin.assessment.enter_once.selectors import Savings, savings
from zhijin.assessment.models import Mark, Run, Score
from zhijin.assessment.pages.hall import Hall, Placed, standing_at
from zhijin.assessment.pages.today import Notice, today
from zhijin.assessment.rural.demo import facilities as demo_facilities

__all__ = [
    "Hall",
    "Mark",
    "Notice",
    "Placed",
    "Run",
    "Savings",
    "Score",
    "demo",
    "demo_facilities",
    "demo_standings",
    "demo_work",
    "savings",
    "standing_at",
    "today",
]
