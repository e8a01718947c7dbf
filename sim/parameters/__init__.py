"""Every number of the model in one place: value, unit, meaning, source, confidence and prior."""
