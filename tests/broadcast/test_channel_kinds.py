"""What each kind of channel sends, how long it is, and what each answer means."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijin.broadcast import channels
from zhijin.broadcast.channels import dingtalk, feishu, registry, sms, wecom, wording
from zhijin.broadcast.channels.base import Bad, Message, Route

WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k"
DING = "https://oapi.dingtalk.com/robot/send?access_token=t"
LARK = "https://open.feishu.cn/open-apis/bot/v2/hook/a-b"
GATE = "https://sms.example.org/send"
FIRE = Message(
    "森林防火通知",
    "森林防火通知。近期天干物燥，严禁野外用火。",
    level="黄色",
    place="封家湾社区",
    link="https://x.cn/p/1/",
)
GATEWAY = {"sign": "织锦", "template": sms.TEMPLATE, "ok": "code=0", "why": "message", "most": "3"}


def body(call):
    return json.loads(call.body)


def test_the_kinds_are_known_by_their_keys():
    assert [one.key for one in channels.all_kinds()] == ["wecom", "dingtalk", "feishu", "sms"]
    assert channels.kind("fax") is None


def test_a_package_may_bring_a_kind_and_not_take_ours(monkeypatch):
    class Fax(wecom.WeCom):
        key = "fax"

    monkeypatch.setattr(registry, "entry_points", lambda **_: [_Point(Fax)])
    registry.forget()
    try:
        assert isinstance(channels.kind("fax"), Fax)
        monkeypatch.setattr(registry, "entry_points", lambda **_: [_Point(wecom.WeCom)])
        registry.forget()
        with pytest.raises(ValueError, match="wecom is registered twice"):
            channels.all_kinds()
    finally:
        monkeypatch.undo()
        registry.forget()


class _Point:
    """What importlib.metadata gives for an installed package."""

    def __init__(self, made):
        self.made = made

    def load(self):
        return self.made


def test_signatures_are_those_that_the_vendors_documents_compute():
    # By hand: openssl dgst -sha256 -hmac, with the text and the key the one way and the other way round.
    assert dingtalk.sign("SECabc", 1700000000000) == "jcUpW0QmtKduN03n4JqQ0PBosVjqnM8gU7fIIvsDmCM="
    assert feishu.sign("abc", 1700000000) == "VIS10b0EBvzzSdFnuk4tznEmK5wHaruvf/WnViv2yR4="


def test_dingtalk_signs_in_the_address_and_feishu_in_the_body():
    call = dingtalk.DingTalk().call(Route(DING, "SECx"), FIRE, 1_700_000_000.25)
    query = parse_qs(urlsplit(call.url).query)
    assert query["timestamp"] == ["1700000000250"]
    assert query["access_token"] == ["t"]
    assert query["sign"] == [dingtalk.sign("SECx", 1_700_000_000_250)]
    told = body(feishu.Feishu().call(Route(LARK, "y"), FIRE, 1_700_000_000.25))
    assert (told["timestamp"], told["sign"]) == ("1700000000", feishu.sign("y", 1_700_000_000))
    assert told["msg_type"] == "text"


def test_a_message_says_what_how_grave_where_and_where_more_stands():
    text = body(wecom.WeCom().call(Route(WECOM), FIRE, 0))["text"]["content"]
    assert text.splitlines() == [
        "【黄色】森林防火通知", "近期天干物燥，严禁野外用火。", "封家湾社区", "https://x.cn/p/1/",
    ]  # fmt: skip
    drill = Message("通知", "全文", drill="演练")
    assert wording.whole(drill, 999, wording.octets).startswith("【演练】通知")
    stop = Message("通知", "全文", what="stop", reason="天气好转")
    assert "已经停播" in wording.whole(stop, 999, wording.octets)
    assert "原因：天气好转" in wording.whole(stop, 999, wording.octets)
    assert wording.TEST in wording.whole(Message("试", "", what="test"), 999, wording.octets)


def test_nobody_writes_everybody_into_a_group_by_a_tag():
    message = Message("通知", '<at user_id="all">所有人</at>请看')
    text = body(feishu.Feishu().call(Route(LARK, "y"), message, 0))["content"]["text"]
    assert "<" not in text
    assert "＜at" in text


@given(st.text(max_size=400), st.integers(20, 600))
def test_whatever_is_long_is_shortened_to_fit(text, most):
    cut = wording.shortened(text, most, wording.octets)
    assert wording.octets(cut) <= most
    if wording.octets(text) <= most:
        assert cut == text
    elif cut:
        assert cut.endswith(wording.MORE)
        assert text.startswith(cut.removesuffix(wording.MORE))


@pytest.mark.parametrize("kind", [wecom, dingtalk, feishu], ids=lambda one: one.__name__[-8:])
def test_a_thousand_characters_go_within_what_the_vendor_takes(kind):
    made = {wecom: wecom.WeCom, dingtalk: dingtalk.DingTalk, feishu: feishu.Feishu}[kind]()
    long = Message("通知", "请注意安全。" * 4000, place="封家湾社区", link="https://x.cn/p/1/")
    call = made.call(Route(WECOM, "SECx"), long, 0)
    assert len(call.body) < 20_000
    told = body(call)
    text = told["text"]["content"] if "text" in told else told["content"]["text"]
    assert len(text.encode()) <= kind.MOST_BYTES
    assert text.endswith("……\n封家湾社区\nhttps://x.cn/p/1/")


@pytest.mark.parametrize(
    ("text", "count"),
    [("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("水" * 70, 1), ("水" * 71, 2),
     ("水" * 134, 2), ("水" * 135, 3), ("🌊" * 35, 1), ("🌊" * 36, 2), ("", 1)],
)  # fmt: skip
def test_segments_are_counted_as_carriers_count_them(text, count):
    assert wording.segments(text) == count


@given(st.text(max_size=400), st.integers(1, 6), st.booleans())
def test_a_short_message_never_takes_more_segments_than_allowed(text, most, drill):
    message = Message("通知", text, level="红色", drill="演练" if drill else "")
    told = sms.text_of(message, {"sign": "织锦", "most": str(most)})
    assert told.startswith("【织锦】")
    assert wording.segments(told) <= most


def test_what_a_person_wrote_cannot_become_a_part_of_the_gateways_json():
    message = Message('"}{number}', '", "phone": "13800000000", "x": "{sign}\\')
    call = sms.Gateway().call(Route(GATE, "s", GATEWAY, "13912345678", "r1"), message, 0)
    told = body(call)
    assert set(told) == {"phone", "content", "id"}
    assert (told["phone"], told["id"]) == ("13912345678", "r1")
    assert "{number}" in told["content"]
    assert call.headers["Authorization"] == "Bearer s"


def test_templates_may_be_nested_and_carry_other_headers():
    template = json.dumps(
        {"to": ["{number}"], "p": {"t": "{title}", "n": 5, "s": "{sign}!"}, "x": True}
    )
    settings = {**GATEWAY, "template": template, "header": "X-Key"}
    sms.Gateway().check(Route(GATE, "s", settings))
    call = sms.Gateway().call(Route(GATE, "s", settings, "13912345678", "r"), FIRE, 0)
    assert body(call) == {
        "to": ["13912345678"],
        "p": {"t": "森林防火通知", "n": 5, "s": "织锦!"},
        "x": True,
    }
    assert call.headers["X-Key"] == "s"


def test_a_gateway_may_want_its_secret_in_the_body():
    template = json.dumps({"account": "a", "password": "{secret}", "to": "{number}", "t": "{text}"})
    call = sms.Gateway().call(
        Route(GATE, "s3", {**GATEWAY, "template": template}, "13912345678", "r"), FIRE, 0
    )
    assert body(call)["password"] == "s3"
    assert "Authorization" not in call.headers


@pytest.mark.parametrize(
    ("made", "route"),
    [
        (wecom.WeCom, Route("https://qyapi.weixin.qq.com/cgi-bin/webhook/send")),
        (wecom.WeCom, Route("https://qyapi.weixin.qq.com/cgi-bin/other?key=1")),
        (dingtalk.DingTalk, Route(DING, "no-sec")),
        (dingtalk.DingTalk, Route("https://oapi.dingtalk.com/robot/send", "SECx")),
        (feishu.Feishu, Route(LARK + "?x=1", "y")),
        (feishu.Feishu, Route("https://open.feishu.cn/open-apis/bot/v2/hook/", "y")),
        (sms.Gateway, Route(GATE, "", {**GATEWAY, "template": '{"a": "{text}"}'})),
        (sms.Gateway, Route(GATE, "", {**GATEWAY, "template": '{"a": "{number}"}'})),
        (sms.Gateway, Route(GATE, "", {**GATEWAY, "template": "[1]"})),
        (sms.Gateway, Route(GATE, "", {**GATEWAY, "template": "{" * 50})),
        (sms.Gateway, Route(GATE, "", {**GATEWAY, "sign": " "})),
        (sms.Gateway, Route(GATE, "", {**GATEWAY, "most": "11"})),
        (sms.Gateway, Route(GATE, "", {**GATEWAY, "most": "x"})),
        (sms.Gateway, Route(GATE, "", {**GATEWAY, "ok": "code"})),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_when_it_is_entered(made, route):
    with pytest.raises(Bad):
        made().check(route)


@pytest.mark.parametrize(
    ("made", "status", "answer", "state", "wait"),
    [
        (wecom.WeCom, 200, {"errcode": 0, "errmsg": "ok"}, "sent", 0),
        (wecom.WeCom, 200, {"errcode": 45009, "errmsg": "api freq out of limit"}, "again", 60),
        (wecom.WeCom, 200, {"errcode": -1, "errmsg": "system busy"}, "again", 0),
        (wecom.WeCom, 200, {"errcode": 93000, "errmsg": "invalid webhook url"}, "refused", 0),
        (wecom.WeCom, 200, b"<html>", "again", 0),
        (wecom.WeCom, 502, b"", "again", 0),
        (dingtalk.DingTalk, 200, {"errcode": 0}, "sent", 0),
        (dingtalk.DingTalk, 200, {"errcode": 310000, "errmsg": "sign not match"}, "refused", 0),
        (dingtalk.DingTalk, 200, {"errcode": 130101, "errmsg": "send too fast"}, "again", 600),
        (dingtalk.DingTalk, 200, {"errcode": "410100"}, "again", 600),
        (dingtalk.DingTalk, 200, {"errcode": -1}, "again", 0),
        (dingtalk.DingTalk, 200, [], "again", 0),
        (dingtalk.DingTalk, 404, {}, "refused", 0),
        (feishu.Feishu, 200, {"code": 0, "msg": "success"}, "sent", 0),
        (feishu.Feishu, 200, {"StatusCode": 0, "StatusMessage": "success"}, "sent", 0),
        (feishu.Feishu, 200, {"code": 19021, "msg": "sign match fail"}, "refused", 0),
        (feishu.Feishu, 200, {"code": 19024, "msg": "Key Words Not Found"}, "refused", 0),
        (feishu.Feishu, 200, {"code": 11232, "msg": "frequency limited"}, "again", 60),
        (
            feishu.Feishu,
            400,
            {"code": 99991400, "msg": "request trigger frequency limit"},
            "again",
            60,
        ),
        (feishu.Feishu, 429, {}, "again", 60),
        (feishu.Feishu, 200, {"code": True}, "again", 0),
        (sms.Gateway, 200, {"code": 0}, "sent", 0),
        (sms.Gateway, 200, {"code": "0"}, "sent", 0),
        (sms.Gateway, 200, {"code": 7, "message": "no money"}, "refused", 0),
        (sms.Gateway, 200, b"ok", "again", 0),
        (sms.Gateway, 500, {"code": 0}, "again", 0),
        (sms.Gateway, 401, {}, "refused", 0),
    ],
)
def test_answers_are_understood(made, status, answer, state, wait):
    data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    verdict = made().verdict(Route(GATE, "", GATEWAY), status, data)
    assert (verdict.state, verdict.wait) == (state, wait)
    if state == "refused" and isinstance(answer, dict) and answer:
        code = next(iter(answer.values()))
        assert str(code) in verdict.reason


def test_nothing_private_stands_in_what_a_log_would_print():
    route = Route("https://x/secret-key", "hidden", {}, "13912345678", "r1")
    assert repr(route) == "Route(r1)"
    assert "secret" not in repr(wecom.WeCom().call(Route(WECOM), FIRE, 0))
