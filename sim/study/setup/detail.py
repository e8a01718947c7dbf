"""Which years are kept in detail."""

DETAIL_STEPS: tuple[int, ...] = (0, 1, 2, 3, 5, 10, 15, 20, 25, 30, 40, 50, 60)
"""Years after the base year for which the numbers of every district and cluster are kept; of clusters also the last."""
