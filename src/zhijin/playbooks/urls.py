"""Pages of playbooks: on the desk, and told to residents."""

from django.urls import path

from zhijin.playbooks.views import calendar, public, reading, writing

desk = [
    path("playbooks/", reading.playbooks, name="playbooks"),
    path("playbooks/upload/", writing.upload, name="playbook-upload"),
    path("playbooks/<uuid:pk>/", reading.playbook, name="playbook"),
    path("playbooks/<uuid:pk>/source/", reading.source, name="playbook-source"),
    path("playbooks/<uuid:pk>/scenarios/", reading.scenarios, name="playbook-scenarios"),
    path("playbooks/<uuid:pk>/simulate/", writing.play, name="playbook-simulate"),
    path("playbooks/<uuid:pk>/changes/", reading.changes, name="playbook-changes"),
    path("playbooks/<uuid:pk>/<slug:name>.yaml", reading.download, name="playbook-download"),
    path("playbooks/<uuid:pk>/publish/", writing.publish, name="playbook-publish"),
    path("playbooks/<uuid:pk>/retire/", writing.retire, name="playbook-retire"),
    path("playbooks/<uuid:pk>/discard/", writing.discard, name="playbook-discard"),
    path("calendar/", calendar.year, name="calendar"),
    path("calendar/notice/", calendar.notice, name="calendar-notice"),
    path("calendar/<int:number>/", calendar.year, name="calendar-year"),
    path("calendar/<int:number>/back/", calendar.notice_back, name="calendar-notice-back"),
]
portal = [
    path("rules/", public.programmes, name="programmes"),
    path("rules/<slug:playbook>/", public.programme, name="programme"),
]
