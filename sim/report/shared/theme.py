"""The settings of Matplotlib under which all figures are drawn: dark grey ink, ticks without a grid, muted colors."""

from typing import Any

FONT = 9.0
"""Points of all text but titles of pages."""

_INK = ".15"
_CYCLE = (
    (76, 114, 176), (221, 132, 82), (85, 168, 104), (196, 78, 82), (129, 114, 179), (147, 120, 96), (218, 139, 195),
    (140, 140, 140), (204, 185, 116), (100, 181, 205),
)  # fmt: skip
"""Red, green and blue of what is drawn without a color of its own: seaborn's 'deep' palette."""

_SETTINGS: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "axes.labelsize": FONT,
    "axes.linewidth": 0.6,
    "axes.titlelocation": "left",
    "axes.titlepad": 3.0,
    "axes.titlesize": FONT,
    "axes.titley": 1.0,  # a fixed place, so that no time goes into looking for one
    "font.family": ["DejaVu Sans"],
    "font.size": FONT,
    "grid.color": ".8",
    "grid.linewidth": 1.0,
    "hatch.linewidth": 0.5,
    "legend.fontsize": FONT,
    "legend.title_fontsize": 12.0,
    "lines.solid_capstyle": "round",
    "patch.edgecolor": "w",
    "patch.force_edgecolor": True,
    "text.color": _INK,
    "text.parse_math": False,  # a dollar sign is a dollar sign
    **{
        f"{axis}tick.{name}": value
        for axis in ("x", "y")
        for name, value in {
            "color": _INK,
            "labelsize": FONT,
            "major.pad": 2.0,
            "major.size": 3.0,
            "major.width": 0.6,
            "minor.size": 4.0,
            "minor.width": 1.0,
        }.items()
    },
}


def use_theme() -> None:
    """Draw what follows in the look of the reports."""
    from cycler import cycler
    from matplotlib import rcParams

    cycle = cycler(color=[tuple(part / 255.0 for part in color) for color in _CYCLE])
    settings: Any = {**_SETTINGS, "axes.prop_cycle": cycle}  # the names of settings are text here
    rcParams.update(settings)
