"""The text of `study=explain`."""
