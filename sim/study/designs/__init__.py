"""Designs of a sweep: which factors vary, over which points, and how points are carried out in batches."""
