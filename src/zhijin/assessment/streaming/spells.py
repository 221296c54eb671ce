"""Every organisation as it was at every time, as one Parquet file: whoever moved keeps its past where it was."""

from __future__ import annotations

from pathlib import Path

from zhijin.assessment.streaming.adbc import reading

#: One row a spell. An organisation that was ended or merged keeps its spells; the last has an end.
STATEMENT = """
SELECT s.org_id AS org_key, s.name::text AS name, o.kind::text AS kind, s.sector::int AS sector,
       s.industry::int AS industry,
       s.parent_key, s.place_key, s.place_code::text AS place_code, s.valid_from, s.valid_to, o.members::bigint AS size
FROM orgs_spell s JOIN orgs_organisation o ON o.key = s.org_id
ORDER BY s.org_id, s.valid_from NULLS FIRST
"""


def write(path: Path) -> int:
    """Write the file; returns how many rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with reading(STATEMENT) as reader:
        table: pa.Table = reader.read_all()
    pq.write_table(table, path, compression="zstd")
    return int(table.num_rows)
