"""No two files of the platform import each other in a circle, however long, also not inside functions."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import grimp


def test_files_import_each_other_in_no_circle():
    graph = grimp.build_graph("zhijin", exclude_type_checking_imports=True)
    imports = {one: graph.find_modules_directly_imported_by(one) for one in graph.modules}
    assert len(imports) > 900
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as found:
        raise AssertionError(" → ".join(found.args[1])) from None
