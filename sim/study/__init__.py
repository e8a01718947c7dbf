"""Designs of experiments over the engine: which runs, how they are carried out, and what is kept."""
