"""Reports of `study=discover`."""
