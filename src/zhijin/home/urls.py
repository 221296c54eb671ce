"""Where each face begins."""

from django.urls import path

from zhijin.home import views

portal = [
    path("", views.home, name="home"),
    path("p/<str:code>/", views.place, name="place"),
    path("feedback/", views.feedback, name="feedback"),
]
desk = [
    path("", views.today, name="today"),
    path("clock/", views.clock_page, name="clock"),
]
