"""What other rooms may use of places."""

from zhijin.places.checks import Finding, Report, check_village
from zhijin.places.demo import seed as seed_demo
from zhijin.places.demo import villages as demo_villages
from zhijin.places.drawing import draw
from zhijin.places.finding import code_at, known
from zhijin.places.geometry import (
    Location,
    county_outline,
    feature,
    feature_collection,
    locate,
    look_up,
    nearest,
    outline_of,
    outlines_in,
    position,
)
from zhijin.places.importing.run import import_shipped
from zhijin.places.models import Outline, Place, Succession
from zhijin.places.names import Kind, bigrams, kind_of, short_name
from zhijin.places.points import SitePoint, register_points
from zhijin.places.searching import search
from zhijin.places.selectors import (
    ancestors,
    children,
    counts,
    counts_by_kind,
    current_q,
    find,
    get,
    get_many,
    history,
    label,
    labels,
    name_at,
    predecessors,
    resolve_code,
    subtree,
    within_q,
)
from zhijin.places.services import (
    create_division,
    create_grid,
    create_group,
    merge_grids,
    rename,
    replace_grids,
    retire,
    split_grid,
    succeed,
)
from zhijin.places.sketch import STEPS, Shade, score_map

__all__ = [
    "STEPS",
    "Finding",
    "Kind",
    "Location",
    "Outline",
    "Place",
    "Report",
    "Shade",
    "SitePoint",
    "Succession",
    "ancestors",
    "bigrams",
    "check_village",
    "children",
    "code_at",
    "counts",
    "counts_by_kind",
    "county_outline",
    "create_division",
    "create_grid",
    "create_group",
    "current_q",
    "demo_villages",
    "draw",
    "feature",
    "feature_collection",
    "find",
    "get",
    "get_many",
    "history",
    "import_shipped",
    "kind_of",
    "known",
    "label",
    "labels",
    "locate",
    "look_up",
    "merge_grids",
    "name_at",
    "nearest",
    "outline_of",
    "outlines_in",
    "position",
    "predecessors",
    "register_points",
    "rename",
    "replace_grids",
    "resolve_code",
    "retire",
    "score_map",
    "search",
    "seed_demo",
    "short_name",
    "split_grid",
    "subtree",
    "succeed",
    "within_q",
]
