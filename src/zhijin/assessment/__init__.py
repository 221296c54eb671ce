"""Assessment: indicators, scores and standings, computed from facts only; runs, marks, appeals."""
