"""What the journal calls documents and the actions on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhijin.disclosure.models import Document

ACTIONS: dict[str, str | Promise] = {
    "disclosure.drafted": _("起草公开内容"),
    "disclosure.changed": _("修改公开内容"),
    "disclosure.discarded": _("作废未公开的草稿"),
    "disclosure.submitted": _("提交公开审核"),
    "disclosure.returned": _("退回公开内容"),
    "disclosure.supervised": _("监督审核公开内容"),
    "disclosure.published": _("公开"),
    "disclosure.withdrawn": _("撤下公开"),
    "disclosure.erased": _("删除公开内容的正文"),
    "disclosure.asked": _("对公开内容提问"),
    "disclosure.answered": _("答复提问"),
    "disclosure.set-aside": _("不予公开的提问"),
    "disclosure.duty": _("修改应公开的事项"),
}


def documents(ids: Sequence[str]) -> Mapping[str, str]:
    """Titles of documents, as far as the reader may see them."""
    rows = Document.objects.filter(id__in=[UUID(one) for one in ids]).values_list("id", "title")
    return {str(key): title for key, title in rows}
