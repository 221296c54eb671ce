"""Points: from facts and deeds to entries in the books, the shop, the lists, and what everybody may see."""
