"""Sign-in for everybody; accounts, grants and the journal for the three administrators."""

from django.urls import path

from zhijin.access import views, views_admin, views_journal

portal = [
    path("login/", views.sign_in, name="sign-in"),
    path("login/oidc/", views.oidc_start, name="oidc-start"),
    path("login/oidc/back/", views.oidc_back, name="oidc-back"),
    path("logout/", views.sign_out, name="sign-out"),
]
desk = [
    path("me/", views.me, name="me"),
    path("me/password/", views.password, name="password"),
    path("me/second-factor/", views.second_factor, name="second-factor"),
    path("admin/accounts/", views_admin.accounts, name="accounts"),
    path("admin/accounts/<uuid:pk>/", views_admin.account, name="account"),
    path("admin/grants/", views_admin.grants, name="grants"),
    path("admin/grants/<uuid:pk>/", views_admin.account_grants, name="account-grants"),
    path("admin/journal/", views_journal.journal, name="journal"),
    path("admin/journal/export/", views_journal.journal_export, name="journal-export"),
]
