"""Assessment on the desk: standings and the upper level's sheets."""

from django.urls import path

from zhijin.assessment.enter_once.urls import desk as enter_once
from zhijin.assessment.rural import views as rural
from zhijin.assessment.views import (
    adjustments,
    appeals,
    claiming,
    organisation,
    simulate,
    standing,
    year,
)

desk = [
    *enter_once,
    path("rural/", rural.rural, name="rural"),
    path("standing/", standing.standing, name="standing"),
    path("standing/appeals/", appeals.appeals, name="standing-appeals"),
    path("standing/appeals/<uuid:pk>/", appeals.appeal, name="standing-appeal"),
    path("standing/publish/<uuid:pk>/", standing.publish, name="standing-publish"),
    path(
        "standing/simulate/<uuid:pk>/", simulate.standing_simulate, name="standing-simulate"
    ),
    path(
        "standing/simulations/<uuid:pk>/", simulate.standing_simulation, name="standing-simulation"
    ),
    path("standing/year/", year.standing_year, name="standing-year"),
    path("standing/org/<int:key>/", organisation.standing_org, name="standing-org"),
    path("standing/adjustments/", adjustments.adjustments, name="standing-adjustments"),
    path("standing/adjustments/<uuid:pk>/", adjustments.adjustment, name="standing-adjustment"),
    path(
        "standing/adjustments/<uuid:pk>/file/<str:digest>/", adjustments.file,
        name="standing-adjustment-file",
    ),
    path("standing/adjust/<int:key>/", adjustments.adjust, name="standing-adjust"),
    path(
        "standing/org/<int:key>/<slug:indicator>/", organisation.standing_value,
        name="standing-value",
    ),
    path(
        "standing/org/<int:key>/<slug:indicator>/missing/", claiming.missing,
        name="standing-missing",
    ),
    path(
        "standing/org/<int:key>/<slug:indicator>/<uuid:fact>/", claiming.contest,
        name="standing-contest",
    ),
]  # fmt: skip
