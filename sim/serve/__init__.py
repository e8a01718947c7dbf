"""The page of a bill on this computer: exact runs, scenarios, districts, one's own files, and agents to watch."""
