"""Facts and organisations as files that an engine reads: months streamed out of PostgreSQL to Parquet."""

from zhijin.assessment.streaming.months import refresh
from zhijin.assessment.streaming.snapshots import Snapshot, snapshot

__all__ = ["Snapshot", "refresh", "snapshot"]
