"""Notices and publications for those who work; what is public; webhooks for the system administrator."""

from django.urls import path

from zhijin.programmes import views, views_public, views_webhooks
from zhijin.programmes.households import views as households

desk = [
    path("notices/", views.notices, name="notices"),
    path("service/households/", households.household_files, name="household-files"),
    path("service/households/<uuid:pk>/", households.household_file, name="household-file"),
    path("publications/", views.publications, name="publications"),
    path("publications/<uuid:pk>/", views.publication, name="publication"),
    path("admin/webhooks/", views_webhooks.webhooks, name="webhooks"),
    path("admin/webhooks/<uuid:pk>/", views_webhooks.webhook, name="webhook"),
]
portal = [path("done/<str:number>/", views_public.published, name="published")]
