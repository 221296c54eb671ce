"""The assessment engine: reads a programme, checks it, computes standings from facts, explains them.

Plain Python: no Django. Needs DuckDB only when something is computed.
"""

from zhijin.assessment.engine.loading import FORMAT, load, load_file
from zhijin.assessment.engine.model import Assessment

__all__ = ["FORMAT", "Assessment", "load", "load_file"]
