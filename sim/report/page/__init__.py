"""Pages for a browser: one look, one set of templates, everything in one file."""
