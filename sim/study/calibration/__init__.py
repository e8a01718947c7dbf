"""Calibration: parameters of behavior fitted, without a likelihood, to what was observed."""
