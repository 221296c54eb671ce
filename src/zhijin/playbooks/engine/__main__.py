"""``python -m zhijin.playbooks.engine``: the playbook commands without the rest of the platform."""

import sys

from zhijin.playbooks.engine.commands import main

if __name__ == "__main__":
    sys.exit(main())
