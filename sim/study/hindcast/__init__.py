"""Hindcasts: stylized states are fed law changes of the past, and the answer is held against what happened."""
