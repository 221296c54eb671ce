"""Assessment on the desk."""

from zhijin.assessment.enter_once.urls import desk as enter_once

desk = [*enter_once]
