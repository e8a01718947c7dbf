"""Hindcasts: stylized states are fed law changes of the past, and what the model answers is held against what happened."""
