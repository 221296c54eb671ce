"""How broadcasts and what is done with them are called, for the journal and for facts."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhijin.broadcast.models import Broadcast, Channel, Sender, Word

ACTIONS: dict[str, Promise] = {
    "broadcast.draft": _("起草广播"),
    "broadcast.change": _("修改广播"),
    "broadcast.discard": _("删除广播草稿"),
    "broadcast.ask": _("提交广播审批"),
    "broadcast.send": _("发出广播"),
    "broadcast.refuse": _("不批准广播"),
    "broadcast.stop": _("停播"),
    "broadcast.resend": _("补播"),
    "broadcast.knock": _("派人上门告知"),
    "broadcast.end": _("广播结束"),
    "broadcast.post": _("同步到通知渠道"),
    "channel.add": _("登记通知渠道"),
    "channel.confirm": _("启用通知渠道"),
    "channel.suspend": _("停用通知渠道"),
    "channel.trial": _("试发到通知渠道"),
    "alert.receive": _("收到预警报文"),
    "alert.use": _("预警转为广播"),
    "alert.dismiss": _("预警不广播"),
    "alert.cancel": _("预警解除"),
    "alert.vouch": _("核实了预警报文的来源"),
    "sender.enter": _("登记可信的预警发布单位"),
    "sender.confirm": _("确认可信的预警发布单位"),
    "sender.end": _("不再信任预警发布单位"),
    "lexicon.learn": _("记住一个读音"),
    "lexicon.forget": _("删去一个读音"),
    "broadcast.setup": _("生成喇叭配置文件"),
}


def broadcasts(ids: Sequence[str]) -> dict[str, str]:
    """Titles by id; runs in the reader's transaction, so others' stay ids."""
    wanted = [UUID(one) for one in ids]
    return {
        str(pk): title
        for pk, title in Broadcast.objects.filter(pk__in=wanted).values_list("id", "title")
    }


def channels(ids: Sequence[str]) -> dict[str, str]:
    """Labels by id; runs in the reader's transaction, so others' stay ids."""
    found = Channel.objects.filter(pk__in=[UUID(one) for one in ids])
    return {str(pk): label for pk, label in found.values_list("id", "label")}


def senders(ids: Sequence[str]) -> dict[str, str]:
    """Senders' names by id; runs in the reader's transaction, so others' stay ids."""
    found = Sender.objects.filter(pk__in=[UUID(one) for one in ids])
    return {str(pk): name for pk, name in found.values_list("id", "identifier")}


def words(ids: Sequence[str]) -> dict[str, str]:
    """Words of lexicons by id; runs in the reader's transaction, so others' stay ids."""
    found = Word.objects.filter(pk__in=[UUID(one) for one in ids])
    return {str(pk): word for pk, word in found.values_list("id", "word")}
