"""Measures that do not add up over kinds, months or levels: each is a query of its own, giving ``v``."""

from __future__ import annotations

from zhijin.assessment.engine.conditions import holds, kind_is
from zhijin.assessment.engine.dialects import Dialect
from zhijin.assessment.engine.expressions import TOTAL_BOUND
from zhijin.assessment.engine.measures_model import Measure
from zhijin.assessment.engine.periods import Period, micros, shifted
from zhijin.assessment.engine.units import month_of, rows


def special(measure: Measure, how: Dialect, period: Period, levels: tuple[str, ...]) -> str:
    """``SELECT org_key, v`` for a distinct, exists-by-month, elapsed or latest measure."""
    who = measure.who or "org"
    if measure.elapsed is not None:
        return _elapsed(measure, how, period, levels)
    if measure.latest is not None:
        return _latest(measure, how, period, levels)
    thing = "mon" if measure.form == "exists" else _thing(measure)
    query = (
        f"SELECT {month_of(period)} AS mon, org_key, place_key, {_thing(measure)} AS thing"
        f" FROM facts WHERE {_where(measure, how)}"
    )
    column = "mon" if thing == "mon" else "thing"
    mine = rows(query, column, who, how, levels)
    return f"SELECT org_key, COUNT(DISTINCT {column}) AS v FROM ({mine}) q GROUP BY org_key"


def _thing(measure: Measure) -> str:
    return {"subject": "subject", "record": "record", "place": "place_key"}.get(
        measure.on or "", "place_key"
    )


def _where(measure: Measure, how: Dialect, kinds: tuple[str, ...] = ()) -> str:
    extra = holds(measure.where, how)
    return kind_is(kinds or measure.kinds, how) + (f" AND {extra}" if extra else "")


def _elapsed(measure: Measure, how: Dialect, period: Period, levels: tuple[str, ...]) -> str:
    """From the first beginning to the last end of each record; the end must lie in the period."""
    rule = measure.elapsed
    assert rule is not None
    ends = (
        f"SELECT {month_of(period)} AS mon, org_key, place_key, record, at_us,"
        " ROW_NUMBER() OVER (PARTITION BY record ORDER BY at_us DESC,"
        " COALESCE(org_key, 0) DESC, place_key DESC) AS latest_no"
        f" FROM facts WHERE {_where(measure, how, (rule.to,))}"
    )
    since = micros(shifted(period.start, -rule.reach))
    begins = (
        "SELECT record, MIN(at_us) AS begun FROM facts_back"
        f" WHERE {kind_is((rule.from_,), how)} AND at_us >= {since} GROUP BY record"
    )
    minutes = how.cut("(e.at_us - b.begun)", "60000000")
    query = (
        f"SELECT e.mon, e.org_key, e.place_key, {minutes} AS minutes FROM ({ends}) e"
        f" JOIN ({begins}) b ON b.record = e.record AND b.begun <= e.at_us WHERE e.latest_no = 1"
    )
    mine = rows(query, "minutes", measure.who or "org", how, levels)
    result = {
        "minutes": f"LEAST(CAST(SUM(minutes) AS BIGINT), {TOTAL_BOUND})",
        "pairs": "COUNT(*)",
        "within": f"COUNT(*) FILTER (WHERE minutes <= {rule.within})",
    }[rule.take]
    return f"SELECT org_key, {result} AS v FROM ({mine}) q GROUP BY org_key"


def _latest(measure: Measure, how: Dialect, period: Period, levels: tuple[str, ...]) -> str:
    """The value of the last fact; of two at the same moment the greater."""
    rule = measure.latest
    assert rule is not None
    since = micros(shifted(period.start, -rule.reach))
    # An earlier month's fact belongs to where the organisation is in the period's last month.
    query = (
        f"SELECT CAST({period.count - 1} AS BIGINT) AS mon, org_key, place_key, at_us, value"
        f" FROM facts_back WHERE {_where(measure, how)} AND at_us >= {since}"
    )
    mine = rows(query, "at_us, value", measure.who or "org", how, levels)
    value = f"LEAST(GREATEST(value, -{TOTAL_BOUND}), {TOTAL_BOUND})"
    return (
        f"SELECT org_key, {value} AS v FROM (SELECT org_key, value, ROW_NUMBER() OVER"
        f" (PARTITION BY org_key ORDER BY at_us DESC, value DESC) AS latest_no FROM ({mine}) q) w"
        " WHERE latest_no = 1"
    )
