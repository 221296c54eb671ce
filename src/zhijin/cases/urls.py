"""The pages of cases: reporting and following, the case desk, the field."""

from django.urls import path

from zhijin.cases.views import acts, desk_map, files
from zhijin.cases.views import desk as desk_views
from zhijin.cases.views import field as field_views
from zhijin.cases.views import portal as portal_views

portal = [
    path("report/", portal_views.report_kinds, name="report"),
    path("report/alike/", portal_views.alike, name="alike"),
    path("report/<slug:playbook>/", portal_views.report, name="report-form"),
    path("s/", portal_views.status_form, name="status-form"),
    path("s/<str:code>/", portal_views.status, name="status"),
    path("s/<str:code>/photo/<str:digest>/<str:size>/", portal_views.photo, name="photo"),
]
desk = [
    path("cases/", desk_views.cases, name="cases"),
    path("cases/new/", desk_views.case_new, name="case-new"),
    path("cases/rates/", desk_views.rates, name="rates"),
    path("cases/map/", desk_map.case_map, name="case-map"),
    path("cases/requests/", desk_views.requests, name="requests"),
    path("cases/<uuid:pk>/", desk_views.case, name="case"),
    path("cases/<uuid:pk>/receipt/", portal_views.receipt, name="receipt"),
    path("cases/<uuid:pk>/private/", desk_views.reporter_details, name="private"),
    path("cases/<uuid:pk>/organisations/", desk_views.organisations, name="case-orgs"),
    path("cases/<uuid:pk>/photo/<str:digest>/<str:size>/", files.photo, name="photo"),
    path("cases/<uuid:pk>/do/<slug:what>/", acts.perform, name="case-act"),
]
field = [
    path("", field_views.today, name="today"),
    path("report/", field_views.report, name="report"),
    path("cases/<uuid:pk>/", field_views.case, name="case"),
]
