"""Reports of `study=compare`, `project` and `decompose`: tables, figures, summary, fiscal note."""
