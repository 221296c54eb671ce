"""What the pages of standings read and say. Reads only; every read has its scope filter."""
