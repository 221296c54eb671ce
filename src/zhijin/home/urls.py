"""Where each face begins."""

from django.urls import path

from zhijin.home import finding, views, views_keys
from zhijin.home.wall import views as wall

portal = [
    path("", views.home, name="home"),
    path("p/<str:code>/", views.place, name="place"),
    path("feedback/", views.feedback, name="feedback"),
    path("keys/", views_keys.keys, name="keys"),
    path("keys/<str:kid>.pem", views_keys.key, name="key"),
    path("wall/<str:token>/", wall.wall, name="wall"),
    path("wall/<str:token>/events/", wall.events, name="wall-events"),
]
desk = [
    path("", views.today, name="today"),
    path("find/", finding.find, name="find"),
    path("clock/", views.clock_page, name="clock"),
    path("walls/", wall.links, name="walls"),
    path("walls/<uuid:pk>/revoke/", wall.revoke, name="wall-revoke"),
]
