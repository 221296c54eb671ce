"""Settings of the test run: a state directory of its own and cheap passwords; the database is set when it is
started (tests/conftest.py). Never reads the environment of a real installation."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

if "ZHIJIN_TEST_RUN" not in os.environ:
    os.environ["ZHIJIN_TEST_RUN"] = tempfile.mkdtemp(prefix="zhijin-test-")
TEST_RUN = Path(os.environ["ZHIJIN_TEST_RUN"])

os.environ["ZHIJIN_HOME"] = str(TEST_RUN / "home")
for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "ZHIJIN_FILES", "ZHIJIN_STATIC",
             "ZHIJIN_ASSESSMENT", "ZHIJIN_ORIGIN", "ZHIJIN_SSE_URL", "ZHIJIN_EVENTS_PORT",
             "ZHIJIN_HOSTS", "ZHIJIN_DEBUG", "ZHIJIN_DEMO",
             "ZHIJIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):  # fmt: skip
    os.environ.pop(name, None)

from zhijin.config.settings import *  # noqa: E402, F403
from zhijin.config.settings import DATABASES, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
#: As if we had a place in the national emergency broadcast system.
ZHIJIN_EBM_SENDER = "000000000000000000"
# Files come from the rooms as they are; nothing is collected for a test run.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
for _database in DATABASES.values():
    _database["CONN_MAX_AGE"] = 0
    _database["CONN_HEALTH_CHECKS"] = False
