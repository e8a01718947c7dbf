"""Carrying runs out: chunks, executors, dispatch, precision."""
