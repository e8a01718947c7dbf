"""Colors of words: dark enough to be read on white."""

import numpy as np

CONTRAST = 4.5
"""Least contrast of letters with what is behind them (WCAG 2.2, success criterion 1.4.3)."""


def contrast(color: str) -> float:
    """A color's contrast with white, 1 to 21 (relative luminance of WCAG 2.2)."""
    from matplotlib.colors import to_rgb

    parts = np.array(to_rgb(color))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return 1.05 / (float(linear @ (0.2126, 0.7152, 0.0722)) + 0.05)


def legible(color: str) -> str:
    """A color as words have it: itself if dark enough, else as little darker as it takes."""
    from matplotlib.colors import to_hex, to_rgb

    darker = (to_hex(np.array(to_rgb(color)) * share) for share in np.linspace(1.0, 0.0, 51))
    return next(one for one in darker if contrast(one) >= CONTRAST)
