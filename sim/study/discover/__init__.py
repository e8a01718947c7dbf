"""Scenario discovery: under which conditions a formula breaks its budget or misses its goal, and how robust it is."""
