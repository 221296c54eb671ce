"""What the journal calls books and the actions on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhijin.ledger.models import Book

ACTIONS: dict[str, str | Promise] = {
    "book.opened": _("建立账簿"),
    "book.posted": _("记账"),
    "book.reversed": _("冲正"),
    "book.closed": _("结账"),
    "book.account-opened": _("开立账户"),
    "book.account-closed": _("注销账户"),
}


def books(ids: Sequence[str]) -> Mapping[str, str]:
    """Titles of books, as far as the reader may see them."""
    rows = Book.objects.filter(id__in=[UUID(one) for one in ids]).values_list("id", "title")
    return {str(key): title for key, title in rows}
