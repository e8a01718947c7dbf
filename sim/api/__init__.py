"""What ``import sim`` offers to scripts and notebooks: studies as functions, bills, tables and results as objects."""
