"""Where each face begins."""

from django.urls import path

from zhijin.home import views, views_keys

portal = [
    path("", views.home, name="home"),
    path("p/<str:code>/", views.place, name="place"),
    path("feedback/", views.feedback, name="feedback"),
    path("keys/", views_keys.keys, name="keys"),
    path("keys/<str:kid>.pem", views_keys.key, name="key"),
]
desk = [
    path("", views.today, name="today"),
    path("clock/", views.clock_page, name="clock"),
]
