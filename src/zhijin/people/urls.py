"""Residents on the desk; what personal data is held, on the portal."""

from django.urls import path

from zhijin.people import views, views_homes, views_keeping, views_members, views_requests

portal = [path("privacy/", views.held, name="privacy")]
desk = [
    path("people/", views.people, name="people"),
    path("people/choices/", views.resident_choices, name="resident-choices"),
    path("people/new/", views.person_new, name="person-new"),
    path("people/<uuid:pk>/", views.person, name="person"),
    path("members/<uuid:pk>/contact/", views_members.member_contact, name="member-contact"),
    path("data-requests/", views_requests.data_requests, name="data-requests"),
    path("data-requests/<uuid:pk>/", views_requests.data_request, name="data-request"),
    path("keeping/", views_keeping.keeping_list, name="keeping"),
    path("households/", views_homes.households, name="households"),
    path("households/new/", views_homes.household_new, name="household-new"),
    path("households/<uuid:pk>/", views_homes.household, name="household"),
]
