"""Factors as they are typed on a command line, before one of them can take the place of another."""

from collections.abc import Sequence

from sim.inputs import InputError
from sim.inputs.errors import cut

_ROOT = "factors"


def refuse_dropped(words: Sequence[str]) -> None:
    """Refuse a factor that another one replaces: a key typed twice, or one beside the group that it belongs to.

    ``words`` are settings as they are typed. Settings are laid over each other in the order in which they are typed, so
    that of ``factors.parameters.staffing.turnover=[0.05,0.2]`` and ``factors.parameters.staffing=prior`` one is lost
    without a trace. Raises InputError, one line.
    """
    keys = [word.partition("=")[0].lstrip("+") for word in words]
    factors = [key for key in keys if key == _ROOT or key.startswith(f"{_ROOT}.")]
    for place, key in enumerate(factors):
        for other in factors[:place]:
            if key == other:
                raise InputError(f"settings: {cut(key, 100)}: is typed twice; write it once")
            group, member = sorted((key, other), key=len)
            if member.startswith(f"{group}."):
                told = f"settings: {cut(member, 100)}: is typed beside {cut(group, 100)}"
                raise InputError(f"{told}, and one would take the place of the other; name each factor by itself")
