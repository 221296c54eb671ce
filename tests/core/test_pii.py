"""What looks personal is found; what does not is left in peace."""

from __future__ import annotations

import pytest

from zhijin.core import pii


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("联系 13812345678 即可", ["phone"]),
        ("电话138-1234-5678", ["phone"]),
        ("打 +86 138 1234 5678", ["phone"]),
        ("座机0870-2123456", ["phone"]),
        ("身份证 11010519491231002X", ["id_number"]),
        ("身份证 110105 19491231 002X", ["id_number"]),
        ("身份证 1101 0519 4912 3100 2x", ["id_number"]),
        ("身份证110105-19491231-002X", ["id_number"]),
        ("１１０１０５１９４９１２３１００２Ｘ", ["id_number"]),
        ("110105—19491231—002X", ["id_number"]),
        ("电话１３８１２３４５６７８", ["phone"]),
        ("电话138－1234－5678", ["phone"]),
        ("座机０８７０－２１２３４５６", ["phone"]),
        ("卡号 6222 0200 0000 0000 000", ["bank_card"]),
        ("写信到 a.b+c@example.org.cn", ["email"]),
        ("加微信 zhang_san88", ["account"]),
        ("云C12345 挡在路口", ["plate"]),
        ("粤B·D12345 新能源车", ["plate"]),
        ("村民张三丰家门口", ["name"]),
        ("王大爷家的狗", ["name"]),
        ("联系人：李小红", ["name"]),
        ("三组12号门前", ["address"]),
        ("5栋2单元301室", ["address"]),
        ("他家有人患尿毒症", ["health"]),
        ("村民李四 13812345678", ["name", "phone"]),
        ("李四，肢体残疾二级", ["health"]),
        ("李某残疾，由村里照看。全村的路修好了", ["health", "name"]),
        ("王** 确诊", ["health"]),
        ("本人因残疾申请", ["health"]),
        ("村民李四患肺结核", ["health", "name"]),
        ("村民李四领了补贴。一级、二级残疾的每月一百元", ["illness", "name"]),
        ("持残疾证的可以申请", ["illness"]),
        ("确诊后七日内报告", ["illness"]),
        ("尿毒症、癌症患者可以申请大病救助", ["illness"]),
        ("残疾证办理，咨询电话0870-2123456", ["illness", "phone"]),
        ("三组12号门前住着瘫痪的老人", ["address", "health"]),
    ],
)
def test_found(text, kinds):
    assert pii.kinds_in(text) == kinds


@pytest.mark.parametrize(
    "text",
    [
        "村口路面塌陷，约两米宽，车辆过不去",
        "近五年：2021 2022 2023 2024 20",
        "各组户数 12 34 56 78 90 12 34 56 78",
        "路灯不亮三天了",
        "编号 530602-261123-AB12CD",
        "落石堵住 2 米，长度 15 米",
        "2026-11-23 14:20 处置完成",
        "垃圾堆在村委会后面",
        "1234567890123456",
        "困难残疾人生活补贴和重度残疾人护理补贴发放情况",
        "县残疾人联合会到村里宣传肺结核防治知识，发放乙肝疫苗接种通知",
        "怀孕妇女免费检查",
        "",
    ],
)
def test_not_found(text):
    assert pii.kinds_in(text) == []


def test_texts_inside_lists_and_objects_are_looked_at():
    assert pii.kinds_in({"a": ["x", {"b": "13812345678"}], "n": 13812345678}) == ["phone"]


def test_positions_point_into_the_text():
    text = "村民张三报修"
    (found,) = pii.find(text)
    assert text[found.start : found.end].startswith("张三")


def test_hidden_leaves_the_rest():
    assert pii.hidden("请打 13812345678 找云C12345") == "请打 ****** 找******"
    assert pii.hidden("路灯不亮") == "路灯不亮"


def test_an_id_number_is_not_taken_for_a_card_as_well():
    assert [f.kind for f in pii.find("110105194912310028")] == ["id_number"]


def test_kinds_have_titles():
    assert set(pii.KINDS) >= {kind for kind, _ in pii._PATTERNS}
    assert str(pii.titles(["phone", "name"])) == "电话号码、人名"


def test_in_a_table_an_illness_stands_beside_whose_it_is():
    assert pii.in_table(["illness", "phone"]) == ["health", "phone"]
    assert pii.in_table([]) == []
