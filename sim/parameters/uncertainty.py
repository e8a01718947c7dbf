"""What the parameters of a replicate are: a word by itself, so that settings are checked without loading any draws."""

from typing import Literal

Uncertainty = Literal["posterior", "prior", "central"]
"""What each replicate's parameters are: a draw of the posterior where one is fitted and of the prior elsewhere, a draw
of the prior, or the central value."""
