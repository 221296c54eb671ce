"""Residents on the desk; what personal data is held, on the portal."""

from django.urls import path

from zhijin.people import views, views_homes

portal = [path("privacy/", views.held, name="privacy")]
desk = [
    path("people/", views.people, name="people"),
    path("people/new/", views.person_new, name="person-new"),
    path("people/<uuid:pk>/", views.person, name="person"),
    path("households/", views_homes.households, name="households"),
    path("households/<uuid:pk>/", views_homes.household, name="household"),
]
