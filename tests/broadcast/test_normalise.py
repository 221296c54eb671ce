"""What an announcer would say for what people write in notices, a table a subject; and what holds for any text."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zhijin.broadcast.speech import marks
from zhijin.broadcast.speech.normalise import PAUSES, normalise
from zhijin.broadcast.speech.numbers import PHONE, amount, digits, number
from zhijin.broadcast.speech.units import UNITS, counted

DATES = [
    ("8月1日", "八月一日"),
    ("08月01日", "八月一日"),
    ("2026年08月01日", "二零二六年八月一日"),
    ("2026/11/27", "二零二六年十一月二十七日"),
    ("2026.11.27", "二零二六年十一月二十七日"),
    ("２０２６年１１月２７日", "二零二六年十一月二十七日"),
    ("5月1日-5月7日", "五月一日到五月七日"),
    ("5月1日—7日", "五月一日到七日"),
    ("12日–13日", "十二日到十三日"),
    ("6-9月", "六到九月"),
    ("2026年1月-3月", "二零二六年一月到三月"),
    ("2026/6", "二零二六年六月"),
    ("2025-2026学年", "二零二五到二零二六学年"),
    ("2026级新生", "二零二六级新生"),
    ("98年洪水", "九八年洪水"),
    ("26年5月", "二六年五月"),
    ("承包30年", "承包三十年"),
    ("近10年", "近十年"),
    ("10年来", "十年来"),
    ("20世纪90年代", "二十世纪九十年代"),
    ("80后、90后", "八零后、九零后"),
    ("5·12防灾减灾日", "五一二防灾减灾日"),
    ("周一~周五", "周一到周五"),
    ("星期一-星期五", "星期一到星期五"),
    ("每月5、15、25日", "每月五、十五、二十五日"),
]
TIMES = [
    ("8:00-12:00", "八点到十二点"),
    ("8：30至17：30", "八点三十分到十七点三十分"),
    ("20:00前", "二十点前"),
    ("9:00开始", "九点开始"),
    ("9:00整", "九点整"),
    ("12:00", "十二点整"),
    ("0:05", "零点零五分"),
    ("8点-12点", "八点到十二点"),
    ("8点半-9点", "八点半到九点"),
    ("08-12时", "八到十二时"),
    ("12月1日8时-12月3日18时", "十二月一日八时到十二月三日十八时"),
    ("6:00~8:00，18:00~20:00", "六点到八点，十八点到二十点"),
    ("凌晨2点", "凌晨两点"),
    ("2小时", "两小时"),
    ("2-3小时", "两到三小时"),
    ("7×24小时", "七乘二十四小时"),
    ("2分钟", "两分钟"),
]
TELEPHONES = [
    ("138 0013 8000", "幺三八，零零幺三，八零零零"),
    ("+86 13800138000", "幺三八零零幺三八零零零"),
    ("(0858)3632110", "零八五八，三六三二幺幺零"),
    ("0858—3632110", "零八五八，三六三二幺幺零"),
    ("０８５８－３６３２１１０", "零八五八，三六三二幺幺零"),
    ("0858-3632110、3632119", "零八五八，三六三二幺幺零、三六三二幺幺九"),
    ("电话8222119转802", "电话八二二二幺幺九转八零二"),
    ("400-812-3123", "四零零，八幺二，三幺二三"),
    ("110/120", "幺幺零、幺二零"),
    ("拨110、119或120", "拨幺幺零、幺幺九或幺二零"),
    ("请拨12345", "请拨幺二三四五"),
    ("95598", "九五五九八"),
    ("验证码0042", "验证码零零四二"),
    ("按1号键", "按一号键"),
]
#: The same figures are amounts when something is counted.
NO_TELEPHONES = [
    ("120-150元", "一百二十到一百五十元"),
    ("110kV", "一百一十千伏"),
    ("112头牛", "一百一十二头牛"),
    ("119起", "一百一十九起"),
    ("120分", "一百二十分"),
    ("122号", "一百二十二号"),
    ("12345人", "一万二千三百四十五人"),
    ("10086元", "一万零八十六元"),
    ("1000000", "一百万"),
    ("17800000人", "一千七百八十万人"),
]
MONEY = [
    ("3000-5000元", "三千到五千元"),
    ("3000元-5000元", "三千元到五千元"),
    ("3,000～5,000元", "三千到五千元"),
    ("1，234元", "一千二百三十四元"),
    ("2元", "两元"),
    ("0.5元", "五角"),
    ("0.2元", "两角"),
    ("0.05元", "五分"),
    ("12.02元", "十二元零二分"),
    ("3.10元", "三元一角"),
    ("0.00元", "零元"),
    ("1.005元", "一点零零五元"),
    ("￥3.5万", "三点五万元"),
    ("¥3,000.00", "三千元"),
    ("2-3万元", "两到三万元"),
    ("15元/亩", "十五元每亩"),
    ("400元/人/年", "四百元每人每年"),
    ("500元/㎡", "五百元每平方米"),
    ("$100", "一百美元"),
]
QUANTITIES = [
    ("2人", "两人"), ("2亩", "两亩"), ("2倍", "两倍"), ("2岁", "两岁"), ("2所学校", "两所学校"), ("2起", "两起"),
    ("2组", "二组"), ("2号楼", "二号楼"), ("2楼", "二楼"), ("2级", "二级"), ("2月", "二月"), ("2年级", "二年级"),
    ("第2批", "第二批"), ("12户", "十二户"), ("2到3户", "两到三户"), ("1-2次", "一到两次"), ("第1-3组", "第一到三组"),
    ("7～8级", "七到八级"), ("60-80岁", "六十到八十岁"),
    ("50～80mm", "五十到八十毫米"), ("10–20cm", "十到二十厘米"), ("2m×3m", "两米乘三米"), ("3x4米", "三乘四米"),
    ("-5~-2℃", "零下五到零下二摄氏度"), ("-5℃~-2℃", "零下五摄氏度到零下二摄氏度"), ("≤5℃", "小于等于五摄氏度"),
    ("水位≥1.5m", "水位大于等于一点五米"), ("75μg/m³", "七十五微克每立方米"), ("30±5", "三十正负五"),
    ("104.5°", "一百零四点五度"), ("25°43′12″", "二十五度四十三分十二秒"), ("5A级景区", "五诶级景区"), ("10A", "十安"),
    ("380V/220V", "三百八十伏，二百二十伏"), ("1.2.3", "一点二点三"), ("3,5", "三，五"), (".5", "五"),
]  # fmt: skip
SHARES = [
    ("100%", "百分之百"),
    ("-3%", "负百分之三"),
    ("-0.5‰", "负千分之零点五"),
    ("50%～60%", "百分之五十到百分之六十"),
    ("5-8%", "百分之五到百分之八"),
    ("2/3以上", "三分之二以上"),
    ("1/3-1/2", "三分之一到二分之一"),
    ("2:1", "二比一"),
    ("1:500", "一比五百"),
]
NAMES = [
    ("贵B12345", "贵必幺二三四五"),
    ("贵A·88888", "贵诶八八八八八"),
    ("贵BD12345的车主", "贵必弟幺二三四五的车主"),
    ("川A1234学", "川诶幺二三四学"),
    ("G320国道", "计三二零国道"),
    ("G60沪昆高速", "计六零沪昆高速"),
    ("S207省道K12+300处", "艾斯二零七省道开十二加三零零处"),
    ("G1234次列车", "计幺二三四次列车"),
    ("503路公交", "五零三路公交"),
    ("3栋2单元501室", "三栋二单元五零幺室"),
    ("3-2-501", "三杠二杠五零幺"),
    ("-1楼", "负一楼"),
    ("1#变压器", "一号变压器"),
    ("Ⅲ级响应", "三级响应"),
    ("IV级响应", "四级响应"),
    ("①登记；②领取", "一，登记；二，领取"),
    ("1.登记；2.领取", "一，登记；二，领取"),
    ("1、登记", "一，登记"),
    ("No.5", "第五"),
    ("www.gov.cn", "达不溜达不溜达不溜点计欧维点西恩"),
    ("邮箱ab@163.com", "邮箱诶必艾特幺六三点西欧艾姆"),
    ("WiFi和APP", "无线网络和应用程序"),
    ("A4纸", "诶四纸"),
    ("QQ：123456789", "秋秋：幺二三四五六七八九"),
]
#: Marks of a list, which are such at the beginning of a sentence only.
BEGINNINGS = [(".5", "五"), ("1.登记；2.领取", "一，登记；二，领取"), ("1、登记", "一，登记")]
TABLES = [*DATES, *TIMES, *TELEPHONES, *NO_TELEPHONES, *MONEY, *QUANTITIES, *SHARES, *NAMES]


@pytest.mark.parametrize(("written", "spoken"), TABLES)
def test_it_is_said_as_an_announcer_says_it(written, spoken):
    assert normalise(written) == spoken


@pytest.mark.parametrize(("written", "spoken"), [one for one in TABLES if one not in BEGINNINGS])
def test_what_stands_around_it_changes_nothing(written, spoken):
    """In the middle of a sentence a figure is read as it is alone, but for what it is counted with."""
    assert normalise(f"通知，{written}。") == f"通知，{spoken}。"


def test_a_whole_notice():
    written = (
        "11月28日20时至29日8时，我市将出现大到暴雨，累计降水量50～80mm，局地100mm以上，最大风力7～8级。"
        "请低洼处住户于28日18:00前转移，值班电话0858-3632110，紧急情况拨119。"
    )
    assert normalise(written) == (
        "十一月二十八日二十时至二十九日八时，我市将出现大到暴雨，累计降水量五十到八十毫米，局地一百毫米以上，最大风力七到八级。"
        "请低洼处住户于二十八日十八点前转移，值班电话零八五八，三六三二幺幺零，紧急情况拨幺幺九。"
    )


# -- what holds for any text --------------------------------------------------------------------

NOTICE_TEXT = st.text(
    "0123456789.,-~/:%年月日号元℃户个 AaKmgkV贵B·×+#()第至到，。≤ⅢⅣ①", max_size=30
)
FIGURES = re.compile("[零一二三四五六七八九幺两十百千万亿]")


@given(NOTICE_TEXT)
def test_what_is_spoken_once_is_spoken_the_same_again(text):
    once = normalise(text)
    assert normalise(once) == once


@given(NOTICE_TEXT.filter(lambda text: re.search(r"[1-9]", text) and "(" not in text))
def test_a_figure_is_never_swallowed(text):
    """Amounts of nothing (零元) aside, whoever writes a figure hears one."""
    assert FIGURES.search(normalise(text))


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(["", "电话", "联系张某 ", "，"]),
)
def test_every_mobile_number_comes_back_digit_for_digit(number_, before):
    spoken = normalise(f"{before}{number_}。").rstrip("。")
    heard = "".join(str(PHONE.index(c)) for c in spoken if c in PHONE)
    assert heard == number_


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_time_of_the_day_is_its_hour_and_minute(hour, minute):
    spoken = normalise(f"{hour:02}:{minute:02}").rstrip("整")
    hours = "两" if hour == 2 else number(hour)
    minutes = f"{'零' if 0 < minute < 10 else ''}{number(minute)}分" if minute else ""
    assert spoken == f"{hours}点{minutes}"


@given(
    st.integers(0, 10**8 - 1),
    st.integers(1, 10**8 - 1),
    st.sampled_from(["-", "~", "～", "—", "–", "——"]),
)
@example(130, 10_000_000, "-")
@example(1_300_000, 1000, "-")
@example(400_000, 1000, "-")
def test_both_ends_of_a_range_are_said(one, other, dash):
    spoken = normalise(f"补贴{one}{dash}{other}元")
    first, _to, second = spoken.removeprefix("补贴").removesuffix("元").partition("到")
    assert (first.replace("两", "二"), second.replace("两", "二")) == tuple(
        number(n).replace("两", "二") for n in (one, other)
    )


@given(st.integers(0, 10**7), st.integers(0, 99))
def test_money_is_the_sum_that_was_written(yuan, fen):
    spoken = normalise(f"{yuan}.{fen:02}元")
    whole, _, rest = spoken.rpartition("元")
    total = fen
    if whole:
        assert whole.replace("两", "二") == number(yuan).replace("两", "二")
    else:
        assert yuan == 0
    said = {"角": 10, "分": 1}
    heard = sum(said[m[2]] * (2 if m[1] == "两" else "零一二三四五六七八九".index(m[1]))
                for m in re.finditer("(.)([角分])", rest))  # fmt: skip
    assert heard == total


@given(st.integers(2, 10**6))
def test_a_lone_two_is_the_only_one_that_changes_before_a_measure(value):
    spoken = normalise(f"{value}户")
    assert spoken == ("两户" if value == 2 else number(value) + "户")


@given(
    st.text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", min_size=5, max_size=5),
    st.sampled_from("贵川京粤"),
)
def test_a_plate_is_read_sign_by_sign(signs, province):
    spoken = normalise(f"{province}B{signs}")
    assert spoken.startswith(province + "必")
    assert [c for c in spoken if c in PHONE] == [PHONE[int(c)] for c in signs if c.isdigit()]


def test_helpers_take_what_is_written():
    assert amount("1,250.5") == "一千二百五十点五"
    assert number(-12) == "负十二"
    assert number(10**16) == digits(str(10**16))
    assert all(c not in normalise("“引号”《书名》·间隔") for c in "“”《》·")
    assert set(normalise("一、二；三")) & set(PAUSES)


# -- tables of the parts ------------------------------------------------------------------------


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_every_unit_is_said_whole_and_alone(unit):
    """A longer unit is never read as a shorter one with something behind it."""
    assert normalise(f"共3.5{unit}。") == f"共三点五{UNITS[unit]}。"
    assert normalise(f"共3~5{unit}") == f"共三到五{UNITS[unit]}"


@pytest.mark.parametrize("unit", ["m", "kg", "L", "t", "km", "min", "h"])
def test_two_of_a_unit_is_liang(unit):
    assert normalise(f"共2{unit}").startswith("共两")


@pytest.mark.parametrize(
    ("follows", "yes"),
    [
        ("户人家", True), ("个", True), ("分钟", True), ("千", True), ("年", True), ("年级", False), ("号", False),
        ("月", False), ("楼", False), ("组", False), ("小学", False), ("小时", True), ("", False), ("，", False),
    ],
)  # fmt: skip
def test_what_is_counted(follows, yes):
    assert counted(follows) is yes


@pytest.mark.parametrize(
    ("sign", "number_"),
    [*zip("ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ", range(1, 11), strict=True), *zip("①②③④⑤", range(1, 6), strict=True)],
)
def test_figures_of_other_scripts(sign, number_):
    assert normalise(f"第{sign}级").startswith("第" + number(number_))


@pytest.mark.parametrize("dash", ["-", "~", "～", "—", "——", "–", "−", "〜", " - ", "--"])
@pytest.mark.parametrize(
    ("one", "other", "unit", "spoken"),
    [("3", "5", "天", "三到五天"), ("8:00", "9:30", "", "八点到九点三十分"), ("10%", "20%", "", "百分之十到百分之二十"),
     ("6月", "9月", "", "六月到九月"), ("30", "50", "mm", "三十到五十毫米"), ("500", "800", "元", "五百到八百元")],
)  # fmt: skip
def test_every_dash_that_people_type_is_a_range(dash, one, other, unit, spoken):
    assert normalise(f"约{one}{dash}{other}{unit}。") == f"约{spoken}。"


@given(st.text("ⅠⅡ①②０１２Ａ：～－　\u200b\ufeff\u00a0，", max_size=12))
def test_one_form_for_each_sign(text):
    plain = marks.plain(text)
    assert marks.plain(plain) == plain
    assert not set(plain) & set("０１２Ａ～－\u200b\ufeff\u00a0")


@pytest.mark.parametrize("letter", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
def test_every_letter_has_a_name_large_and_small(letter):
    assert normalise(f"{letter}栋") == normalise(f"{letter.lower()}栋")
    assert normalise(f"{letter}栋") == marks.named(letter) + "栋"
    assert letter not in marks.named(letter)
