"""The pages of points: the desk of a village, the shop, the lists, and what everybody sees."""
