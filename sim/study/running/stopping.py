"""What stops a study that could go on later."""

import errno

DISK_FULL: tuple[int, ...] = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Error numbers of the operating system: no space, no quota, larger than a file may be."""


class StoppedError(Exception):
    """The study cannot go on; what is finished is kept. Its text is one line."""
