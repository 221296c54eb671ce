"""What a demonstration's accounts share. Simulated accounts exist on demonstrations only."""

#: The password of every simulated account; the sign-in page of a demonstration fills it in.
DEMO_PASSWORD = "zhijin-demo-2026"  # noqa: S105
