"""Fair comparisons of formulas."""
