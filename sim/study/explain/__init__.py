"""One district's decision and payment, unfolded."""
