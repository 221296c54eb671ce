"""Made-up names and numbers. Drawn from common surnames and given names, so that nobody is meant;
telephone numbers lie in a range that no operator has given out."""

from __future__ import annotations

import random

from zhijin.core.identifiers import TEST_MOBILE_PREFIX, credit_code_check

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_FIRST = "春夏秋冬小大明国建文志永家天云月晓雨雪光正德福海新玉兰秀英丽红芳静敏思佳宇浩子梓若梦忠义守立安平"
_SECOND = "华明强军平刚勇杰涛超波辉鹏飞宁阳林山川江河湖泉峰岩松柏竹梅兰菊莲荷香燕凤霞虹云霜珍珠玲琴诗涵轩然"


def person(rng: random.Random) -> str:
    """A name of two or three characters."""
    name = rng.choice(SURNAMES) + rng.choice(_FIRST)
    return name if rng.random() < 0.18 else name + rng.choice(_SECOND)


def phone(rng: random.Random) -> str:
    """Eleven digits that look like a mobile number and reach nobody."""
    return f"{TEST_MOBILE_PREFIX}{rng.randrange(10**8):08d}"


def credit_code(rng: random.Random, county: str) -> str:
    """A code of right form and check digit; 000 after the division marks the made-up ones."""
    body = f"91{county}000" + "".join(rng.choices("0123456789ABCDEFGHJKLMNPQRTUWXY", k=6))
    return body + credit_code_check(body)


FIRM_WORDS = {
    120: ("云图网络科技", "山地数据", "乡播传媒", "黔织软件"),
    121: ("山泉食品", "青椒加工", "竹木制品", "建材", "服饰"),
    122: ("惠民超市", "百货商贸", "农资商行", "五金商贸"),
    123: ("快达快递", "乡通物流", "货运服务"),
    124: ("宏基建筑", "路桥工程", "装饰工程"),
    125: ("种植", "养殖", "茶业", "花椒产业"),
    126: ("家政服务", "养老服务", "物业服务"),
}
SOCIAL_WORDS = ("志愿服务协会", "老年协会", "商会", "青年创业协会", "社会工作服务中心")
COOPERATIVE_WORDS = ("种植", "养殖", "花椒", "辣椒", "茶叶", "食用菌", "中药材", "果蔬")
STATE_WORDS = ("城市建设投资", "水务", "公共交通", "粮油购销", "旅游开发")
