"""Measures of ranked predictions; NumPy and SciPy only."""
