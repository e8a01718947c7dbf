"""Reports of `study=calibrate`."""
