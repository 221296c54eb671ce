"""The books: double entry, append-only, in whole numbers. Points today; funds and vouchers use the same."""
