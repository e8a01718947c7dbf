"""On what numbers were computed: versions of packages, the system, and what its processor can do.

The functions of NumPy are written anew for each kind of processor, and may differ between them in the last bit of a
number: two people get the same bytes on the same kind of processor only.
"""

import platform
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

_PACKAGES = ("numpy", "pandas", "pyarrow", "scipy", "hydra-core")


class Environment(BaseModel):
    """``packages``: versions of Python and of the packages that numbers may depend on. ``platform``: operating system,
    kind of processor and C library. ``processor``: the instruction sets that NumPy uses on it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    packages: dict[str, str]
    platform: str
    processor: tuple[str, ...]


@cache
def this_environment() -> Environment:
    """The environment of this process."""
    library = "".join(platform.libc_ver())
    parts = [platform.system(), platform.machine(), *([f"with {library}"] if library else [])]
    return Environment(
        packages=package_versions(), platform=" ".join(part for part in parts if part), processor=instruction_sets()
    )


def package_versions() -> dict[str, str]:
    """Versions of Python and of the packages that numbers may depend on, without importing them."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def instruction_sets() -> tuple[str, ...]:
    """The instruction sets of the processor that NumPy uses, as it names them; NPY_DISABLE_CPU_FEATURES takes some
    away."""
    config: Any = np.show_config(mode="dicts")
    sets = config.get("SIMD Extensions", {})
    return tuple(str(name) for kind in ("baseline", "found") for name in sets.get(kind, ()))


def differences(one: Environment, other: Environment) -> list[str]:
    """In what two environments differ, in words: 'numpy 2.4.6 and 2.5.0', 'processors with and without AVX512_ICL'."""
    found = [
        f"{name} {one.packages.get(name, 'absent')} and {other.packages.get(name, 'absent')}"
        for name in sorted(one.packages | other.packages)
        if one.packages.get(name) != other.packages.get(name)
    ]
    if one.platform != other.platform:
        found.append(f"{one.platform} and {other.platform}")
    for first, second, way in ((one, other, "with and without"), (other, one, "without and with")):
        if only := [name for name in first.processor if name not in second.processor]:
            found.append(f"processors {way} {', '.join(only)}")
    return found


def mixture(environments: Iterable[Environment]) -> str | None:
    """What is to be known of chunks computed in these environments, in one line; None if they do not differ."""
    distinct: list[Environment] = []
    for environment in environments:
        if environment not in distinct:
            distinct.append(environment)
    found = list(dict.fromkeys(words for other in distinct[1:] for words in differences(distinct[0], other)))
    if not found:
        return None
    return f"its chunks come from different machines or packages ({'; '.join(found)}): last digits may differ"
