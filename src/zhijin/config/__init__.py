"""Puts the rooms together and runs them: settings, addresses, servers, and the ``zhijin`` command."""
