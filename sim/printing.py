"""Text for streams that cannot show every sign, and messages that stay one short line."""

import codecs
import sys
import unicodedata

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
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="plain_signs")


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
