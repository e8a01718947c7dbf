"""Assessment: whether a calibration may be believed, from its stored waves and without a new simulation."""
