"""Reports of `study=assess`."""
