"""The pages of standings, organisations' scores, appeals and the year."""
