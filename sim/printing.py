"""Text for streams that cannot show every sign, and messages that stay one short line."""

import codecs
import os
import select
import shutil
import sys
import unicodedata
from typing import TextIO

NARROWEST, WIDEST = 80, 132
"""Columns for which tables are laid out."""

LONGEST = 300
"""Signs of a message; what is longer is shortened in its middle."""

_PLAIN = {
    "–": "-", "—": "-", "−": "-", "‑": "-", "─": "-", "━": "-", "│": "|", "┃": "|", "…": "...", "×": "x", "·": ".",
    "•": "*", "±": "+-", "≤": "<=", "≥": ">=", "≈": "~", "→": "->", "←": "<-", "“": '"', "”": '"', "‘": "'", "’": "'",
    "§": "S", "€": "EUR", "½": "1/2",
}  # fmt: skip


def prepare_streams() -> None:
    """Let standard output and error print any text: a sign that their encoding lacks becomes a plain one."""
    codecs.register_error("plain_signs", _plain_signs)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the shell (>&-)
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="plain_signs")


def terminal_width() -> int:
    """Columns of the terminal, between ``NARROWEST`` and ``WIDEST``; the narrowest where there is none."""
    return min(max(shutil.get_terminal_size((NARROWEST, 24)).columns, NARROWEST), WIDEST)


def say_for_now(text: str) -> None:
    """Show a person at a terminal that something goes on, until `unsay`. Nothing where no terminal is."""
    if _erasable():
        print(text, end="", file=sys.stderr, flush=True)


def unsay() -> None:
    """Take away what was said for now."""
    if _erasable():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _erasable() -> bool:
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def no_one_reads() -> bool:
    """Whether what is printed goes into a pipe that nobody reads any more (``| head -1``). If so, what is still to be
    printed goes nowhere."""
    gone = [stream for stream in (sys.stdout, sys.stderr) if _is_closed_pipe(stream)]
    for stream in gone:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return bool(gone)


def _is_closed_pipe(stream: TextIO) -> bool:
    try:
        number = stream.fileno()
    except (OSError, ValueError):
        return False
    if not hasattr(select, "poll"):
        return not stream.isatty()
    poll = select.poll()
    poll.register(number, select.POLLOUT)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


def _plain_signs(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(_PLAIN.get(sign) or _without_accents(sign) for sign in signs), error.end


def _without_accents(sign: str) -> str:
    if unicodedata.category(sign) in ("So", "Sm") or 0x2500 <= ord(sign) <= 0x259F:
        return "+" if 0x2500 <= ord(sign) <= 0x257F else "?"
    plain = "".join(part for part in unicodedata.normalize("NFKD", sign) if part.isascii())
    return plain or "?"


def one_short_line(text: str, longest: int = LONGEST) -> str:
    """The text without line ends and control characters, and at most so long: its longest words lose their middle, then
    the whole does."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    while len(line) > longest:
        word = max(line.split(" "), key=len)
        if len(word) <= 60:
            return f"{line[: longest * 2 // 3]} ... {line[-(longest // 4) :]}"
        room = max(60, len(word) - (len(line) - longest))
        shorter = f"{word[: room * 2 // 3 - 2]}...{word[-(room // 3) + 2 :]}"
        line = line.replace(word, shorter)
    return line
