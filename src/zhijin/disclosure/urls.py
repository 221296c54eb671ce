"""The pages of disclosure: what everybody reads and verifies, and what an office works on."""

from django.urls import path

from zhijin.disclosure.views import desk as desk_views
from zhijin.disclosure.views import portal as portal_views
from zhijin.disclosure.views import verify as verify_views

portal = [
    path("affairs/", portal_views.here, name="affairs-here"),
    path("affairs/chosen/", portal_views.chosen, name="affairs-chosen"),
    path("affairs/schema.json", portal_views.schema, name="affairs-schema"),
    path("p/<str:code>/affairs/", portal_views.affairs, name="affairs"),
    path("p/<str:code>/affairs/feed.atom", portal_views.feed, name="affairs-feed"),
    path("p/<str:code>/affairs/data.<str:form>", portal_views.data, name="affairs-data"),
    path("d/<str:code>/", portal_views.document, name="document"),
    path("d/<str:code>/notice/", portal_views.notice, name="document-notice"),
    path("d/<str:code>/ask/", portal_views.ask, name="document-ask"),
    path("d/<str:code>/file/<str:digest>/", portal_views.attachment, name="document-file"),
    path("d/<str:code>/signed.<str:form>", verify_views.signed, name="document-signed"),
    path("q/<str:code>/", portal_views.question, name="question"),
    path("chain/<int:county>/", verify_views.chain, name="chain"),
    path("chain/<int:county>/chain.jsonl", verify_views.chain_lines, name="chain-lines"),
    path("verify/", verify_views.verify, name="verify"),
    path("verify/offline.html", verify_views.offline, name="verify-offline"),
]
desk = [
    path("disclosure/", desk_views.documents, name="disclosure"),
    path("disclosure/new/", desk_views.new, name="disclosure-new"),
    path("disclosure/count/", desk_views.count, name="disclosure-count"),
    path("disclosure/questions/", desk_views.questions, name="disclosure-questions"),
    path("disclosure/questions/<uuid:pk>/", desk_views.question, name="disclosure-question"),
    path("disclosure/<uuid:pk>/", desk_views.document, name="disclosure-document"),
    path("disclosure/<uuid:pk>/edit/", desk_views.edit, name="disclosure-edit"),
    path("disclosure/<uuid:pk>/file/<str:digest>/", desk_views.attachment, name="disclosure-file"),
]
