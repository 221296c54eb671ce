"""Texts of the demonstration's practice. Titles follow document 002; nobody is meant."""

from __future__ import annotations

from typing import Final

#: Topic → what pictures of it are called.
TITLES: Final[dict[str, tuple[str, ...]]] = {
    "customs": (
        "抵制大操大办，革除陈规陋习", "婚事新办", "喜事不攀比", "丧事从简", "厚养薄葬", "不收高价彩礼", "份子钱变轻了",
        "酒席少几桌", "一束鲜花寄哀思", "红白理事会来帮忙",
    ),
    "manners": (
        "文明村庄垃圾分类", "院坝扫干净", "排队上车", "烟花换成了灯", "村口的读书声", "邻里一家亲", "让路",
        "清清河水绕村流",
    ),
    "family": ("孝老爱亲", "家训挂上墙", "团圆饭", "教孩子写字", "婆媳同绣一幅花"),
    "law": ("宪法进寨子", "欠条要写清", "不信陌生电话", "有事找调解"),
    "home": ("农忙扛锄头，农闲拿画笔", "新路通到家门口", "梯田丰收", "赶场天", "猕猴桃熟了", "夜校亮灯"),
}  # fmt: skip
SCHOOLS: Final = ("陡箐农民画社", "村民画室", "研学小画家班", "乡村美术组")
CONSENT: Final = "书面同意公开（模拟）"
ABOUT: Final = "由程序绘制的示意图，不是真实作品。"
#: Where exhibitions were held.
PLACES: Final = (
    "村文化广场",
    "新时代文明实践站",
    "中心小学",
    "政务大厅",
    "集镇街上",
    "安置社区",
    "文化馆",
)
#: Other events: kind, title, where, came, online, how.
EVENTS: Final = (
    ("workshop", "农民画培训课（春季）", "村民画室", 86, 0, "签到人数"),
    ("workshop", "农民画培训课（夏季）", "村民画室", 92, 0, "签到人数"),
    ("workshop", "研学农民画体验周", "中心小学", 640, 0, "学校登记的人数"),
    ("talk", "农民画里话文明宣讲", "新时代文明实践站", 310, 0, "现场清点"),
    ("perform", "“移风易俗树新风 文艺宣传走基层”展示交流", "文化馆", 2_450, 18_600, "入口计数器；平台播放次数"),
    ("online", "“农民画里话文明”线上展", "", 0, 92_380, "平台访问次数"),
)  # fmt: skip
NEXT: Final = ("exhibit", "冬季农民画展", "村文化广场")
CHARTER: Final = (
    "陡箐村红白理事会章程",
    "理事会由村民推选，婚事新办、丧事简办由理事会上门商量、帮着操办；桌数、礼金只倡导，不罚款、不扣任何待遇。",
    ("宣读草案", "讨论", "表决"),
)
COUNCIL: Final = ("韩谷雨", "陈清明", "罗立冬", "王小寒", "杨大雪")
PEOPLE: Final = (*COUNCIL, "李白露", "赵霜降", "周小暑", "吴大暑", "郑芒种", "孙夏至")
