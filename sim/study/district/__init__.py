"""One district under a bill and under current law, beside districts of its size."""
