"""Texts that are stored in both languages, in the reader's."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language

from zhijin.programmes.models import Notice

register = template.Library()


@register.filter
def words(notice: Notice) -> str:
    """The sentence of a notice; Chinese where there is no English."""
    english = (get_language() or "").startswith("en")
    return (notice.text_en or notice.text_zh) if english else notice.text_zh
