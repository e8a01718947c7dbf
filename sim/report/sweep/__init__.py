"""Reports of `study=sweep`: outcomes by factor."""
