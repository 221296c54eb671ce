"""The words of the demonstration's deliberation. Simulated; the places are real, the people are not."""

from __future__ import annotations

from typing import Final

VILLAGE, YARD, COMMUNITY = "530602105207", "520181203207", "632802002004"
#: 大耆老村: representatives of the villagers, and the committees.
REPRESENTATIVES: Final = (
    "陈守田", "唐菊芬", "罗小满", "马秀云", "李建国", "赵春燕", "杨立新", "陈玉珍", "周大有", "吴翠兰",
    "郑开元", "王福生",
    "冯桂香", "蒋长河", "沈玉梅",
)  # fmt: skip
BRANCH: Final = ("李春禾", "邓国平", "陈守田", "唐菊芬", "罗小满")
BOTH: Final = (*BRANCH, "马秀云", "李建国", "赵春燕")
MEMBERS: Final = (*BOTH, "杨立新", "陈玉珍", "周大有", "吴翠兰")
#: Title, text, agenda: carried out and published; at the representatives' vote; at its second step.
ROAD: Final = (
    "三组到五组机耕路硬化",
    "三组到五组的机耕路一公里，路面硬化，宽三米五。村集体出资六万元，群众投工，十二月前完工。",
    ("说明方案和预算", "讨论占地和投工", "表决"),
)  # fmt: skip
LAMPS: Final = (
    "文化广场安装太阳能路灯", "文化广场和村口装太阳能路灯八盏，用一事一议资金，村里自己管护。",
    ("看地方", "定盏数", "表决"),
)  # fmt: skip
DIVIDEND: Final = (
    "村集体收益分配方案", "本年集体收益拿出六成分给全体成员，三成留作公积金，一成用于公益事业。",
    ("报告收益", "说明分法", "表决"),
)  # fmt: skip
RESULT: Final = "机耕路一公里已硬化完工，村民监督小组验收合格，用款五万八千四百元，节余入集体账。"
OPINION: Final = "同意。施工期间留出过水的沟，先修弯道。"
#: What was proposed on the portal: title, text, by, supporters.
PROPOSALS: Final = (
    (
        "文化广场晚上太黑，装几盏灯",
        "晚上跳舞、孩子玩都看不清，容易摔跤。建议装太阳能灯，不用电费。",
        "",
        23,
    ),
    ("红白事席面再简单些", "一桌十二个菜吃不完，建议定个标准，不攀比。", "二组", 14),
    ("给独居老人装一键呼叫", "村里独居老人有十几个，装个按钮，联户长能马上知道。", "联户长", 9),
    ("赶场天村口停车划个线", "赶场天车乱停，公交进不来。", "", 5),
)
REMARKS: Final = (
    (0, "支持，最好装在篮球场那边。", False), (0, "我家可以出两天工。", False),
    (0, "已经列入议事，村干部正在算盏数和钱。", True), (1, "我们组已经试过，八个菜就够了。", False),
)  # fmt: skip
ANSWER: Final = "公交站到小学的路口已经请交警看过，下月划线；赶场天由网格员引导停车。"
#: 小坡村's 星火夜话: what neighbours suggested, month by month (document 000 says that they do each month).
NIGHTS: Final = (
    (("把老井边的台阶修一修", "二组"), ("茶园要一条运肥的路", "四组")),
    (("放学以后图书室开到八点", "一组"), ("垃圾车改到早上来", "三组")),
    (("请农技员来讲一次冬管", "五组"), ("给村口的桥加护栏", "六组")),
    (("村广播中午别放太响", "一组"), ("蜂蜜统一包装再卖", "合作社")),
    (("小学门口减速带", "二组"), ("老年人体检派车接送", "三组")),
    (("把晒谷场腾出来停车", "四组"), ("文化队要一套音响", "一组")),
)
NIGHT_NOTES: Final = (
    "大家围着火盆坐下，一人说一条，村干部当场记下、当场认领，下个月回头说办得怎样。"
)
#: 乌兰路社区's council, its sides, and its agenda (红方寸, document 004).
COUNCIL: Final = (
    "祁春分 社区", "韩立夏 社区", "马谷雨 居民", "拉毛草 居民", "才让多杰 居民", "李小雪 业主委员会",
    "张霜降 业主委员会",
    "王芒种 物业企业", "赵白露 物业企业",
)  # fmt: skip
CHARGE: Final = (
    "3 号院加装电动车充电棚", "在 3 号院东侧加装电动车充电棚两处，物业建设，公共收益承担一半，按度收费，价目公开。",
    ("物业说明方案", "业委会说明公共收益", "居民发言", "议决"),
)  # fmt: skip
PARKING: Final = (
    "1 号院划定消防通道", "1 号院南门到 4 栋划为消防通道，不停车；另在西侧画三十个车位。", ("看现场",
    "四方发言", "议决"),
)  # fmt: skip
FIRM, OWNERS, BUREAU, TEAM = (
    "德令哈示例物业服务公司",
    "乌兰路社区示例业主服务中心",
    "德令哈示例便民服务中心",
    "乌兰路社区示例志愿服务队",
)
#: List, title, about, provider, working days.
SERVICES: Final = (
    ("property", "水电暖报修", "公共部位和户内，先到场再说话", FIRM, 1),
    ("property", "楼道灯不亮", "", FIRM, 2),
    ("property", "电梯异响", "先停用、贴告示，再检修", FIRM, 1),
    ("property", "公共收益查账", "每季度公布一次，随时可以查", OWNERS, 5),
    ("policy", "高龄补贴申请", "八十岁以上，代为填表、代为报送", BUREAU, 5),
    ("policy", "医保参保和报销咨询", "", BUREAU, 2),
    ("policy", "就业登记和技能培训报名", "", BUREAU, 3),
    ("public", "居住证明", "", BUREAU, 1),
    ("public", "老旧管网问题上报", "转主管部门，告诉您到哪一步了", BUREAU, 3),
    ("special", "给独居老人送餐上门", "志愿者送，餐费自理", TEAM, 2),
    ("special", "孩子放学后看护", "下午四点半到六点", TEAM, 3),
    ("special", "红白事场地借用", "按村规民约，从简", OWNERS, 3),
)
#: Title of the service, what was asked, days ago, answered after so many days (None: not yet), satisfied.
ASKED: Final = (
    ("水电暖报修", "三号院二单元暖气不热。", 40, 1, True), ("楼道灯不亮", "五号楼三楼灯坏了。", 33, 2, True),
    ("高龄补贴申请", "家里老人满八十了，怎么办？", 28, 4, True), ("电梯异响", "二号楼电梯上行有响声。", 25, 6, False),
    ("居住证明", "孩子上学要用。", 20, 0, True), ("公共收益查账", "想看三季度的公共收益。", 18, 5, None),
    ("给独居老人送餐上门", "母亲一个人住，中午送一顿。", 15, 1, True), ("楼道灯不亮",
    "地下车库灯也不亮。", 12, None, None),
    ("孩子放学后看护", "两个孩子，每天到六点。", 4, None, None), ("水电暖报修", "厨房水管漏水。", 0, None, None),
)  # fmt: skip
