"""The version of the program, for pages and records. It stands apart, so that what writes it loads nothing else."""

__version__ = "0.1.0"
