"""AS2xx: the parts of a programme do not make sense together, or against the promises."""

from __future__ import annotations

from typing import Final

from zhijin.playbooks.engine import Problem, Severity

_E, _W = Severity.ERROR, Severity.WARNING

ALL: Final = (
    Problem(
        "AS201", _E, "没有哪个房间写“{name}”这种事实{hint}", "No work leaves facts of the kind “{name}”{hint}",
        "指标只能从工作留下的事实里算，不能另行填报。可以用的有：{allowed}。确实还不能自动的，写进 manual，"
        "注明负责人和期限。",
        "An indicator is computed from what work leaves, never from a form. There are: {allowed}. "
        "What cannot be yet goes into manual, with an owner and an end.",
    ),
    Problem(
        "AS202", _E, "“{kind}”没有“{name}”这个属性{hint}", "“{kind}” has no attribute “{name}”{hint}",
        "可以写：{allowed}。", "There are: {allowed}.",
    ),
    Problem(
        "AS203", _E, "“{name}”是{type}，不能这样比。", "“{name}” is {type} and cannot be compared so.",
        "文字用 is、in、not；数字还可以用 above、below；是否用 true 或 false。",
        "Texts take is, in and not; numbers also above and below; flags true or false.",
    ),
    Problem(
        "AS204", _E, "代号“{name}”写了两次（第一次在第 {line} 行）。",
        "The id “{name}” stands twice (first in line {line}).",
        "请改掉其中一个。", "Change one of them.",
    ),
    Problem(
        "AS205", _E, "“{name}”不认识{hint}", "“{name}” is not known{hint}",
        "可以写：{allowed}。", "There are: {allowed}.",
    ),
    Problem(
        "AS206", _E, "权重加起来是 {sum}，应当是 {wanted}。", "The weights add up to {sum}, not {wanted}.",
        "各维度与并入项的权重合计 100（或 10000）；一个维度里的指标也是。",
        "The weights of dimensions and joined results make 100 (or 10000); so do the indicators in "
        "one dimension.",
    ),
    Problem(
        "AS207", _E, "指标“{name}”要写 curve 或 target。", "The indicator “{name}” needs a curve or a target.",
        "有分母（to）的比率可以不写；件数、分钟数要说明多少算满分。",
        "Only a ratio (with to) scores by itself; a number or minutes need a full mark.",
    ),
    Problem(
        "AS208", _E, "折线的第 {number} 点不对。", "Point {number} of the curve is not right.",
        "写 [数值, 得分]，数值从小到大、不重复，得分在 0 到 10000 之间。",
        "Write [value, score] with values rising and scores from 0 to 10000.",
    ),
    Problem(
        "AS209", _W, "写的是越{better}越好，折线却反着走。", "Better is {better}, but the curve runs the other way.",
        "请核对 better 和 curve。", "Check better and curve.",
    ),
    Problem(
        "AS210", _E, "这里会给个人排名：{what}。", "This would rank persons: {what}.",
        "只排组织，不排个人；涉及个人的记录（{name}）不能作排名的依据。",
        "Organisations are ranked, persons never; records about persons ({name}) cannot be its base.",
    ),
    Problem(
        "AS211", _E, "分子是{of}，分母是{to}，单位不同。", "The numerator counts {of}, the denominator {to}.",
        "件数除件数、分钟除件数（平均时长）可以；请改成同类的量，或写一条公式说明。",
        "Like is divided by like, or minutes by a number (a mean). Else write a formula that says so.",
    ),
    Problem(
        "AS212", _E, "“{name}”是手填的，但 manual 里没有它。", "“{name}” is typed in but not listed in manual.",
        "请在 manual 写明负责人（owner）、期限（until）和原因（why），或改成从事实计算。",
        "List it in manual with owner, until and why, or compute it from facts.",
    ),
    Problem(
        "AS213", _E, "手填的期限 {until} 已过。", "The time for typing it in ended on {until}.",
        "请改成从事实计算；延期要写新的日期和原因。", "Compute it from facts, or give a new day and why.",
    ),
    Problem(
        "AS214", _W, "manual 里的“{name}”是从事实计算的，不用手填。", "“{name}” in manual is computed from facts.",
        "请删掉这一条。", "Delete the entry.",
    ),
    Problem(
        "AS215", _E, "按比例认定要写：{missing}。", "A mark by proportion needs: {missing}.",
        "名额舍还是入（round）、至少几个（least）、线上同分怎么办（ties）都要写明。",
        "Say how the number is rounded (round), the least (least), and what equals do (ties).",
    ),
    Problem(
        "AS216", _E, "“{name}”既没有比例也没有连续名次。", "“{name}” has neither a proportion nor a running rule.",
        "请写 proportion，或写 running。", "Write proportion, or running.",
    ),
    Problem(
        "AS217", _E, "连续名次要按月考核，这里的周期是 {period}。",
        "A rule of months running needs period: month, not {period}.",
        "请把 period 写成 month，或删掉 running。", "Make the period a month, or delete running.",
    ),
    Problem(
        "AS218", _E, "组里 {least} 个就算，后（前）{size} 名会点到半数以上。",
        "With {least} in a group, {size} of them is more than half.",
        "least 至少写 {size} 的两倍。", "Make least at least twice {size}.",
    ),
    Problem(
        "AS219", _E, "分组要有并且只有一个层级。", "A group needs exactly one level of place.",
        "village、township、county、prefecture、province 里选一个，再加领域、种类等。",
        "Choose one of village, township, county, prefecture, province; then sector, kind and so on.",
    ),
    Problem(
        "AS220", _E, "“{name}”不比“{than}”宽。", "“{name}” is not wider than “{than}”.",
        "else 从窄到宽依次写：township、county、prefecture、province。",
        "Write else from narrow to wide: township, county, prefecture, province.",
    ),
    Problem(
        "AS221", _E, "按规模分组要写 sizes。", "Grouping by size needs sizes.",
        "例如 sizes: [10, 30, 100]，从小到大。", "For example sizes: [10, 30, 100], rising.",
    ),
    Problem(
        "AS222", _W, "认定方向与连续名次的方向不一致。", "The mark and its running rule look at different ends.",
        "末尾用 last，开头用 first。", "Use last with the last, first with the first.",
    ),
    Problem(
        "AS223", _E, "没有叫“{name}”的角色{hint}", "There is no role “{name}”{hint}",
        "可以写：{allowed}。", "There are: {allowed}.",
    ),
    Problem(
        "AS224", _W, "“{name}”没有英文名。", "“{name}” has no English title.",
        "写成 {{zh: 中文, en: English}}。", "Write {{zh: 中文, en: English}}.",
    ),
    Problem(
        "AS225", _E, "cap 和 least 的用法不对：{what}。", "cap or least does not fit: {what}.",
        "cap 封顶分子；least 只在有分母时有意义。",
        "cap limits the numerator; least needs a denominator.",
    ),
    Problem(
        "AS226", _W, "这条规则可能一个也认定不到：{proportion} 的比例，组里常有 {least} 个。",
        "This rule may name nobody: {proportion} of a group of {least}.",
        "舍去取整又没有最低名额时，小组里一个也轮不到；请用预览看一看。",
        "Rounded down with no least number, small groups name nobody; look at the preview.",
    ),
    Problem(
        "AS227", _W, "写了分母（to），数值就是万分之几，单位“{unit}”对不上。",
        "With a denominator the value is in basis points, which is not “{unit}”.",
        "要平均数，用公式：of: minutes // pairs，不写 to。",
        "For a mean write a formula: of: minutes // pairs, without to.",
    ),
    Problem(
        "AS240", _E, "公式太长（最多 {limit} 字），或套得太深。",
        "The formula is too long ({limit} characters at most), or too deeply nested.",
        "请拆成几个指标。", "Make several indicators of it.",
    ),
    Problem(
        "AS241", _E, "看不懂这条公式。", "The formula is not understood.",
        "例如 solved + 2 * reopened，或 pct(solved, all) if all > 0 else 0。",
        "Such as solved + 2 * reopened, or pct(solved, all) if all > 0 else 0.",
    ),
    Problem(
        "AS242", _E, "公式里不能这样写。", "This cannot stand in a formula.",
        "只能用整数、measures 里的名字、+ - * //、比较、and or not、if else、min max coalesce pct。",
        "Only whole numbers, names from measures, + - * //, comparisons, and or not, if else, "
        "min max coalesce pct.",
    ),
    Problem(
        "AS243", _E, "公式里只能有整数。", "A formula holds whole numbers only.",
        "小数会让不同的数据库算出不同的结果；写万分之几，例如 9500 表示 95%。",
        "Fractions come out differently on different engines; write basis points, 9500 for 95%.",
    ),
    Problem(
        "AS244", _E, "请用 // 做除法。", "Use // to divide.",
        "// 向下取整；求百分比用 pct(部分, 全部)。", "// rounds down; for a share use pct(part, whole).",
    ),
    Problem(
        "AS245", _E, "数和条件用错了地方。", "A number stands where a condition should, or the reverse.",
        "条件是比较（a > 3）或它们的 and、or、not；公式最后要得出一个数。",
        "A condition compares (a > 3); the formula as a whole gives a number.",
    ),
    Problem(
        "AS246", _E, "这条公式可能算出太大的数。", "This formula may give a number that is too large.",
        "先除后乘，或少乘一次；中间的数不能超过 2 的 62 次方。",
        "Divide before you multiply; nothing on the way may pass 2 to the 62nd.",
    ),
    Problem(
        "AS247", _E, "{name} 要 {least} 到 {most} 个数。", "{name} takes {least} to {most} numbers.",
        "例如 pct(solved, all)、min(a, b)。", "Such as pct(solved, all), min(a, b).",
    ),
    Problem(
        "AS248", _E, "measures 里没有“{name}”{hint}", "There is no measure “{name}”{hint}",
        "公式只用 measures 里起了名字的量：{allowed}。", "A formula speaks of named measures: {allowed}.",
    ),
    Problem(
        "AS249", _E, "measures 里不能写公式或手填。", "A named measure is neither a formula nor typed in.",
        "给事实里数出来的量起名字，公式写在指标的 of 或 to。",
        "Name what is counted from facts; formulas stand in of or to of an indicator.",
    ),
    Problem(
        "AS250", _W, "量“{name}”没有用到。", "The measure “{name}” is not used.",
        "请删掉，或在指标里用它。", "Delete it, or use it in an indicator.",
    ),
)  # fmt: skip
