"""Texts of the demonstration's service. Names are drawn from common ones; nobody is meant."""

from __future__ import annotations

from typing import Final

from zhijin.activities.meetings.demo_texts import name

__all__ = ["name"]

RED: Final = ("南关小红志愿服务队", "疫情防控、安全生产、绿化管理、矛盾调解")
WOMEN: Final = ("巾帼志愿服务队", "和空巢老人、行动不便的家庭结成多对一帮扶对子")
OFFERS: Final = ("会修水电", "能辅导功课", "会写材料", "周末有空", "有车，能送人", "懂法律")
#: What was asked and done: kind, title, what, where, how many minutes each, how many people, what was told.
PAST: Final = (
    ("clean", "清理村口排水沟", "带铁锹和手套，雨靴有备用的。", "村委会门口", 120, 6, "清了两条沟，运走三车淤泥。"),
    ("teach", "暑期作业辅导", "辅导小学生写作业，一人带三四个。", "党群服务中心二楼", 150, 4, "辅导了十四个孩子。"),
    ("safety", "用电安全入户检查", "看插座和电线，记下要修的。", "村委会门口", 180, 5, "看了二十六户，记下九处要修。"),
    ("repair", "修便民服务站的门窗", "有木工、电工手艺的优先。", "便民服务站", 90, 3, "修好四扇窗、两盏灯。"),
)  # fmt: skip
WAITING: Final = (
    "culture",
    "布置农家书屋",
    "搬书、贴标签、摆桌子。",
    "农家书屋",
    100,
    4,
    "上架六百多册。",
)
OPEN: Final = (
    ("care", "周末陪老人聊天理发", "会理发的优先，工具有。", "党群服务中心一楼", 8),
    ("teach", "教老人用手机挂号缴费", "慢慢讲，一个人教一个人。", "党群服务中心二楼", 6),
)  # fmt: skip
CALLS: Final = (
    ("clean", "绿化带除草浇水", "带手套，工具队里有。", "村口小广场", 12),
    ("mediate", "周五晚上坝坝会维持秩序", "帮忙摆凳子、招呼人。", "村委会院坝", 8),
)  # fmt: skip
CALLED: Final = (
    ("safety", "汛期巡查河道", "两人一组，穿雨衣。", "村委会门口", 120, 10, "巡了四段河道，立了三块牌。"),
    ("mediate", "调解宅基地边界", "有经验的老党员来。", "村委会调解室", 90, 3, "双方签了协议。"),
)  # fmt: skip
LETTERS: Final = (
    ("下雨那天队员蹚着水把我们接出来，谢谢你们。", "河边住的一家人"),
    ("边界的事说开了，两家又能说话了。", ""),
)  # fmt: skip
UNIT_LETTER: Final = ("窗子修好了，站里亮堂多了，谢谢人社局的同志们。", "便民服务站")
DUTIES: Final = (
    ("政策宣传岗", "新政策出来一周内讲给联系户听"), ("安全巡查岗", "汛期和冬季每周看一遍用电用火"),
    ("矛盾调解岗", "邻里有事先到场"), ("环境卫生岗", "每周带着清一次公共地方"),
    ("文明新风岗", "婚丧嫁娶帮着按村规办"),
)  # fmt: skip
VISITS: Final = (
    "问冬衣和取暖",
    "看看用药够不够",
    "帮着打扫院子",
    "送去米和油",
    "陪着去乡里办证",
    "修好漏水的龙头",
)
