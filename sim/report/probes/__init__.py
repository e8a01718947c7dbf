"""Probes told: table, page and files."""
