"""Which uncertain number matters: screening, shares of variance, and whether an order of formulas could change."""
