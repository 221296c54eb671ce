"""Units of measurement, measure words, and when a lone 2 is 两. Tables only."""

from __future__ import annotations

import re
from typing import Final

UNITS: Final[dict[str, str]] = {
    "km/h": "公里每小时", "m³/s": "立方米每秒", "m3/s": "立方米每秒", "m/s": "米每秒", "mg/L": "毫克每升",
    "mg/l": "毫克每升", "μg/m³": "微克每立方米", "μg/m3": "微克每立方米", "ug/m3": "微克每立方米",
    "mg/m³": "毫克每立方米", "mg/m3": "毫克每立方米", "mg/kg": "毫克每公斤", "mm/h": "毫米每小时", "r/min": "转每分钟",
    "kWh": "千瓦时", "kwh": "千瓦时", "KWH": "千瓦时", "kW": "千瓦", "kw": "千瓦", "KW": "千瓦", "kV": "千伏",
    "kv": "千伏", "KV": "千伏", "kVA": "千伏安", "KVA": "千伏安", "mAh": "毫安时", "mm": "毫米", "MM": "毫米",
    "cm": "厘米", "CM": "厘米", "km": "公里", "KM": "公里", "Km": "公里", "kg": "公斤", "KG": "公斤", "Kg": "公斤",
    "mg": "毫克", "μg": "微克", "ml": "毫升", "mL": "毫升", "ML": "毫升", "m²": "平方米", "m2": "平方米",
    "㎡": "平方米", "m³": "立方米", "m3": "立方米", "㎥": "立方米", "km²": "平方公里", "km2": "平方公里", "hm²": "公顷",
    "hm2": "公顷",
    "℃": "摄氏度", "°C": "摄氏度", "°": "度", "kPa": "千帕", "hPa": "百帕", "MPa": "兆帕", "dB": "分贝",
    "GB": "吉字节", "MB": "兆字节", "MW": "兆瓦", "Hz": "赫兹", "m": "米", "g": "克", "t": "吨", "L": "升", "V": "伏",
    "A": "安", "W": "瓦", "h": "小时", "min": "分钟", "s": "秒", "㎜": "毫米", "㎝": "厘米", "㎞": "公里", "㎏": "公斤",
    "㎎": "毫克",
}  # fmt: skip
#: Longest first, so that km/h is not read as km. 5A is a class of sights, 5G a network.
UNIT: Final = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
UNIT_END: Final = r"(?![A-Za-z0-9]|(?<=A)(?:级|景区|级景区))"
#: Before these a lone 2 is 两. What numbers things in a row (号, 楼, 月, 日, 组, 级) is not among them.
MEASURES: Final = (
    "个名位户台辆条只头次天周里米斤公吨升块张份家口间层套件棵袋箱桶盏根支项处起场小平立千万亿年点"
    "人亩倍匹种类批元角秒克顷岁包瓶把车双对片顿遍门座艘架株筐床瓣笔幅杯碗枚颗面扇则例成股毫厘公里所"
)
#: Words that begin with such a character and are none.
_NO_MEASURE = ("年级", "小学", "小组", "点钟方向", "层楼道", "班", "类场", "门课代")


def counted(follows: str) -> bool:
    """Whether what follows a figure counts things, so that 2 is 两."""
    if follows.startswith(("分钟", "毫米", "毫升", "毫克", "厘米", "分米", "千", "百")):
        return True
    return follows[:1] in MEASURES and bool(follows) and not follows.startswith(_NO_MEASURE)
