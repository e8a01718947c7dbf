"""Probes: how the model behaves when money moves, held against how it should."""
