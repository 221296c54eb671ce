"""Enter once on the desk."""

from django.urls import path

from zhijin.assessment.enter_once import views

desk = [
    path("enter-once/", views.sheets, name="enter-once"),
    path("enter-once/sample/", views.sample, name="enter-once-sample"),
    path("enter-once/<uuid:pk>/", views.columns, name="enter-once-columns"),
    path("enter-once/<uuid:pk>/cells/", views.cells, name="enter-once-cells"),
    path("enter-once/<uuid:pk>/file/", views.file, name="enter-once-file"),
    path("enter-once/<uuid:pk>/discard/", views.discard, name="enter-once-discard"),
    path(
        "enter-once/<uuid:pk>/cells/<int:table>/<int:index>/<int:row>/",
        views.cell,
        name="enter-once-cell",
    ),
]
