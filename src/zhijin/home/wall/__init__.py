"""The wall: a place on a screen in its hall, live, unattended, with nothing private on it."""
