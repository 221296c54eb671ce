"""Enter once (一表通): the upper level's Excel sheet, filled from what the work has left, and given back.

Nothing here is typed: every figure is counted from records, under the reader's own permissions, and each
cell opens to the records it counts.
"""
