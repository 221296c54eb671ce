"""The writes of assessment, one function per verb."""

from zhijin.assessment.services.adjusting import (
    decide_adjustment,
    enter_manual,
    propose_adjustment,
)
from zhijin.assessment.services.appeals import (
    decide_appeal,
    file_appeal,
    file_missing,
    withdraw_appeal,
)
from zhijin.assessment.services.computing import compute
from zhijin.assessment.services.correcting import correct_fact
from zhijin.assessment.services.following import follow_run
from zhijin.assessment.services.publishing import publish_run
from zhijin.assessment.services.requesting import request_due, request_run, take_up_lost

__all__ = [
    "compute",
    "correct_fact",
    "decide_adjustment",
    "decide_appeal",
    "enter_manual",
    "file_appeal",
    "file_missing",
    "follow_run",
    "propose_adjustment",
    "publish_run",
    "request_due",
    "request_run",
    "take_up_lost",
    "withdraw_appeal",
]
