"""The text of a file that a user names: read only if it is a file, of a size that such files have, and UTF-8."""

import stat
from pathlib import Path

from sim.inputs.errors import InputError, cut

LARGEST = 1_000_000
"""Bytes of a data file; the largest that is shipped has 20,000."""

_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
"""How a file of another encoding begins."""


def text_of(path: Path, largest: int = LARGEST) -> str:
    """The text of a file, without a byte order mark.

    Raises InputError, one line, if there is no such file, if it is a folder, a pipe or a device, if it has more than
    ``largest`` bytes, or if it is not UTF-8 text; nothing is read before that is known.
    """
    name = cut(str(path), 200)
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"
            raise InputError(f"{name}: cannot be read: it is {what}, not a file")
        with path.open("rb") as file:
            raw = file.read(largest + 1)
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{name}: cannot be read: no file can have this name") from error
    if len(raw) > largest:
        raise InputError(f"{name}: is too large: such a file has at most {largest / 1e6:g} MB")
    if raw[:2] in _MARKS:
        raise InputError(f"{name}, line 1: is {_MARKS[raw[:2]]} text; save the file as UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(f"{name}, line {line}: is not UTF-8 text; save the file as UTF-8") from error
