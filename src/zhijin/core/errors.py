"""Refusals with stable ids and a sentence that says what to do next. Rooms define and raise theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Refusal(Exception):
    """A request that cannot be met as it stands, told in the user's language.

    ``id`` is stable and documented; ``fields`` maps a form field to its sentence.
    """

    def __init__(
        self, definition: Definition, params: Mapping[str, Any], fields: Mapping[str, Text]
    ) -> None:
        super().__init__(definition.id)
        self.definition = definition
        self.params = dict(params)
        self.fields = dict(fields)

    @property
    def id(self) -> str:
        return self.definition.id

    @property
    def status(self) -> int:
        return self.definition.status

    @property
    def message(self) -> str:
        return _filled(self.definition.message, self.params)

    @property
    def help(self) -> str:
        return _filled(self.definition.help, self.params)

    def as_dict(self) -> dict[str, Any]:
        """The JSON body: ``{"error": {id, message, help, fields}}``."""
        fields = {name: str(text) for name, text in self.fields.items()}
        return {
            "error": {"id": self.id, "message": self.message, "help": self.help, "fields": fields}
        }

    def __str__(self) -> str:
        return f"{self.id} {self.message} {self.help}".strip()


@dataclass(frozen=True)
class Definition:
    """One entry of the error catalogue; calling it makes the exception to raise."""

    id: str
    status: int
    message: Text
    help: Text = ""

    def __call__(self, *, fields: Mapping[str, Text] | None = None, **params: Any) -> Refusal:
        return Refusal(self, params, fields or {})


CATALOGUE: dict[str, Definition] = {}


def define(id: str, status: int, message: Text, *, help: Text = "") -> Definition:  # noqa: A002
    """Add one error to the catalogue. Raises ValueError when the id is taken."""
    if id in CATALOGUE:
        raise ValueError(f"error id {id} is defined twice")
    CATALOGUE[id] = Definition(id, status, message, help)
    return CATALOGUE[id]


def _filled(text: Text, params: Mapping[str, Any]) -> str:
    return str(text).format_map(_Lenient(params))


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


ErrorFactory = Callable[..., Refusal]

BAD_REQUEST = define(
    "CO400", 400, _("请求的内容不完整或格式不对。"), help=_("请检查标出的项目，改好后再提交。")
)
SIGN_IN_FIRST = define("CO401", 401, _("请先登录。"), help=_("登录后会回到这一页。"))
NO_PERMISSION = define(
    "CO403",
    403,
    _("您的岗位没有这项权限。"),
    help=_("如果工作需要，请向安全管理员申请。"),
)
NOT_FOUND = define(
    "CO404",
    404,
    _("没有找到这一页或这条记录。"),
    help=_("它可能不存在，或者不在您的管辖范围内。请检查地址，或从首页重新进入。"),
)
CONFLICT = define(
    "CO409",
    409,
    _("这条记录刚刚被别人改过，您的修改没有保存。"),
    help=_("请刷新页面，看过最新内容后再操作。"),
)
TOO_LARGE = define(
    "CO413", 413, _("提交的内容太大，上限是 {limit}。"), help=_("请减少附件或压缩后再提交。")
)
TOO_MANY = define(
    "CO429", 429, _("操作太频繁，请稍等再试。"), help=_("{seconds} 秒后可以再次提交。")
)
SERVER_ERROR = define(
    "CO500",
    500,
    _("系统出了问题，您的操作没有完成。"),
    help=_("请稍后再试；如果仍不行，请把错误编号 {reference} 告诉管理员。"),
)
UNAVAILABLE = define(
    "CO503",
    503,
    _("系统正忙，您的操作没有完成。"),
    help=_("请过 {seconds} 秒再试；填好的内容不会重复提交。"),
)
IDEMPOTENCY_MISMATCH = define(
    "CO422",
    409,
    _("同一个提交编号带来了不同的内容。"),
    help=_("如果要提交新的内容，请刷新页面后重新填写。"),
)
