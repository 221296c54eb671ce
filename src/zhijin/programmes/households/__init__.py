"""One file for a household (一户一档): who looks after it, meters, warnings, cases, visits. Rooms meet here."""
