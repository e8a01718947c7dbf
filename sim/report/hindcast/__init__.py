"""Reports of `study=hindcast` and `study=verify_brief`."""
