"""The year's end: a published result is frozen and signed, so that anybody can check it years later."""
