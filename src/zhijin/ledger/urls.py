"""The pages of points."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from zhijin.ledger.views import accounts, lists, papers, shop
from zhijin.ledger.views import desk as desk_views
from zhijin.ledger.views import portal as portal_views


class Office(StringConverter):
    """The two kinds of files that an office opens."""

    regex = "docx|xlsx"


register_converter(Office, "office")

portal = [
    path("points/", portal_views.enter, name="points"),
    path("points/<str:code>/", portal_views.card, name="points-card"),
    path("p/<str:code>/points/", portal_views.village, name="points-village"),
]
desk = [
    path("points/", desk_views.points, name="points"),
    path("points/start/", desk_views.start, name="points-start"),
    path("points/new/", desk_views.enter, name="points-enter"),
    path("points/accounts/", accounts.accounts, name="points-accounts"),
    path("points/accounts/close/", accounts.close, name="points-close"),
    path("points/accounts/<uuid:pk>/", accounts.account, name="points-account"),
    path(
        "points/accounts/<uuid:pk>/sheet.xlsx", accounts.account_sheet, name="points-account-sheet"
    ),
    path("points/accounts/<uuid:pk>/statement.docx", papers.statement, name="points-account-paper"),
    path("points/rules/<uuid:pk>.<office:kind>", papers.rules, name="points-rules-file"),
    path("points/accounts/<uuid:pk>/card/", accounts.card, name="points-card-issue"),
    path("points/accounts/<uuid:pk>/card/<uuid:card>/", accounts.card_page, name="points-card"),
    path("points/shop/", shop.shop, name="points-shop"),
    path("points/shop/sheet.xlsx", shop.shop_sheet, name="points-shop-sheet"),
    path("points/lists/", lists.lists, name="points-lists"),
    path("points/lists/honours.docx", papers.honours, name="points-lists-paper"),
    path("points/lists/sheet.xlsx", lists.lists_sheet, name="points-lists-sheet"),
    path("points/<uuid:pk>/", desk_views.award, name="points-award"),
    path("points/<uuid:pk>/photo/<str:digest>/", desk_views.photo, name="points-photo"),
]
