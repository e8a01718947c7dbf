"""Reports of `study=sensitivity`."""
