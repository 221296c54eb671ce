"""Organisations, posts and tables on the desk."""

from django.urls import path

from zhijin.orgs.views import choosing, orgs, posts, sheets

desk = [
    path("orgs/", orgs.orgs, name="orgs"),
    path("orgs/choices/", choosing.choices, name="org-choices"),
    path("orgs/new/", orgs.org_new, name="org-new"),
    path("orgs/<int:key>/", orgs.org, name="org"),
    path("orgs/<int:key>/edit/", orgs.org_edit, name="org-edit"),
    path("posts/", posts.posts, name="posts"),
    path("posts/new/", posts.post_new, name="post-new"),
    path("posts/<uuid:pk>/", posts.post, name="post"),
    path("sheets/", sheets.sheets, name="sheets"),
    path("sheets/runs/<uuid:pk>/", sheets.sheet_run, name="sheet-run"),
    path("sheets/runs/<uuid:pk>/answer/", sheets.sheet_answer, name="sheet-answer"),
    path("sheets/<slug:what>/import/", sheets.sheet_import, name="sheet-import"),
    path("sheets/<slug:what>/template/", sheets.sheet_template, name="sheet-template"),
    path("sheets/<slug:what>/export/", sheets.sheet_export, name="sheet-export"),
]
