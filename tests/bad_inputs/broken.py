"""Text that is no YAML, or more than data; and paths that are no file."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

Input = tuple[str, Callable[[], object]]

GOOD = "title: A\nsource: b\n"


def bomb(levels: int = 9, key: str = "title") -> str:
    """Aliases within each other, each ten of the one before: at nine levels a billion words."""
    lines = [f"x0: &x0 [{', '.join(['a'] * 10)}]"]
    lines += [f"x{level}: &x{level} [{', '.join([f'*x{level - 1}'] * 10)}]" for level in range(1, levels)]
    return "\n".join([*lines, f"{key}: *x{levels - 1}", ""])


TEXTS: Mapping[str, str | bytes] = {
    "nothing": "",
    "blanks": "  \n\n",
    "a comment": "# nothing here\n",
    "a word": "abc\n",
    "a number": "5\n",
    "null": "null\n",
    "a list": "- a\n- b\n",
    "a word with a mark": b"\xef\xbb\xbfabc\n",
    "a tab": "title: a\n\tsource: b\n",
    "a tab in a list": "title:\n\t- a\n",
    "a key twice": f"{GOOD}title: b\n",
    "a year twice": "years:\n  2030: {revenue: 0.9}\n  '2030': {revenue: 0.8}\n",
    "a number twice as a key": "a: {1: x, '1': y}\n",
    "a key twice in braces": "a: {b: 1, b: 2}\n",
    "a key of null": "null: 1\n",
    "a key of true": "true: 1\n",
    "a key that is a list": "? [a, b]\n: 1\n",
    "a key that is a mapping": "? {a: b}\n: 1\n",
    "a tag that runs code": "title: !!python/object/apply:os.getcwd []\n",
    "a name of Python": "title: !!python/name:os.system\n",
    "a tuple of Python": "title: !!python/tuple [1]\n",
    "a tag of one's own": "title: !bill {}\n",
    "a tag alone": "title: ! a\n",
    "an integer of abc": "title: !!int abc\n",
    "a float of abc": "title: !!float abc\n",
    "a truth of abc": "title: !!bool abc\n",
    "a time of abc": "title: !!timestamp abc\n",
    "a set": "title: !!set {a, b}\n",
    "an ordered mapping": "title: !!omap [a: 1]\n",
    "binary": "title: !!binary aGVsbG8=\n",
    "a word tagged as text": "title: !!str 5\n",
    "a tag directive": "%TAG ! tag:example.org,2026:\n---\ntitle: !a b\n",
    "a directive": "%YAML 3.0\n---\ntitle: a\n",
    "two documents": "title: a\n---\ntitle: b\n",
    "an end and more": "title: a\n...\ntitle: b\n",
    "nine aliases within each other": bomb(),
    "an alias bomb in a mapping": bomb(key="rules"),
    "an alias bomb of merges": "a: &a {x: 1}\n"
    + "".join(f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}' if n else '*a'] * 20)}]}}\n" for n in range(12)),
    "an alias of itself": "title: &a [*a]\n",
    "an alias of itself in a mapping": "title: &a {b: *a}\n",
    "an alias of nothing": "title: *a\n",
    "an anchor twice": "title: &a b\nsource: &a c\n",
    "a merge of a word": "<<: abc\n",
    "a merge of a list of words": "<<: [a, b]\n",
    "3,000 brackets": "title: " + "[" * 3_000,
    "3,000 closed brackets": "title: " + "[" * 3_000 + "]" * 3_000,
    "3,000 braces": "title: " + "{a: " * 3_000,
    "3,000 dashes": "title:\n " + "- " * 3_000 + "a\n",
    "100 levels of blanks": "".join(f"{' ' * level}a:\n" for level in range(100)),
    "a number of 5,000 digits": "title: " + "9" * 5_000 + "\n",
    "a negative number of 5,000 digits": "title: -" + "9" * 5_000 + "\n",
    "a number too large": "title: 1.0e+999\n",
    "infinity": "title: .inf\n",
    "no number": "title: .nan\n",
    "a number in braces with commas": "title: {dollars: 40,000,000}\n",
    "a number in braces with one comma": "title: {dollars: 50,000, count: members}\n",
    "a decimal comma in braces": "title: {share: 0,08}\n",
    "a number in brackets with commas": "title: [50,000, 60,000]\n",
    "a dollar sign and a comma in braces": "title: {dollars: $1,592}\n",
    "a colon in a value": "title: HB 12: an act\n",
    "a colon without a blank": "title:a\n",
    "a value that begins with %": "title: %5\n",
    "a value that begins with @": "title: @a\n",
    "a value that begins with a backquote": "title: `a`\n",
    "an open quote": 'title: "a\nsource: b\n',
    "an open single quote": "title: 'a\n",
    "text after a quote": 'title: "a" b\n',
    "a backslash in double quotes": 'title: "a\\q"\n',
    "an open bracket": "title: [a, b\nsource: c\n",
    "an open brace": "title: {a: b\n",
    "a bracket too many": "title: [a]]\n",
    "two commas": "title: [a,, b]\n",
    "lines that do not line up": "title: a\n  source: b\n",
    "a list under a mapping": "title: a\n- b\n",
    "a block that is no block": "title: |x\n  a\n",
    "a control character": "title: a\x07b\n",
    "a zero byte": "title: a\x00b\n",
    "a bell in double quotes": 'title: "a\\x07"\nzzz: 1\n',
    "Latin-1": "title: Española\n".encode("latin-1"),
    "Windows-1252": "title: “a”\n".encode("cp1252"),
    "UTF-16": "title: a\n".encode("utf-16"),
    "UTF-16 the other way": b"\xfe\xff" + "title: a\n".encode("utf-16-be"),
    "UTF-32": "title: a\n".encode("utf-32"),
    "bytes of nothing": bytes(range(256)),
    "a picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "an archive": b"PK\x03\x04\x14\x00\x06\x00",
    "a pickle": b"\x80\x04\x95\x0b\x00\x00\x00",
    "JSON with a comma at the end of nothing": '{"title": "a",, }\n',
    "a table": "district,name\n1,a\n2,b\n",
}
"""Files that no reader takes, by what is wrong with them."""

LARGE: Mapping[str, str] = {
    "a key of 100,000 letters": "x" * 100_000 + ": 1\n",
    "a word of 100,000 letters": "x" * 100_000,
    "two megabytes": "# " + "x" * 2_000_000,
    "60,000 keys": "".join(f"k{n}: 1\n" for n in range(60_000)),
    "60,000 words": "title: [" + "a, " * 60_000 + "a]\n",
    "20,000 components": "components:\n" + "  - {kind: base, per_school: 1}\n" * 20_000,
}
"""Files of a size that no reader takes."""


def paths(folder: Path, readers: Mapping[str, Callable[[Path], object]]) -> Iterator[Input]:
    """What can be named in place of a file."""
    pipe, device, loop = folder / "pipe.yaml", folder / "device.yaml", folder / "loop.yaml"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    loop.symlink_to(loop)
    (folder / "folder.yaml").mkdir()
    places = {
        "a pipe": pipe,
        "a link to a device": device,
        "a link to itself": loop,
        "a folder": folder / "folder.yaml",
        "nothing": folder / "nowhere.yaml",
        "a folder that is not there": folder / "nowhere" / "a.yaml",
        "a file for a folder": folder / "pipe.yaml" / "a.yaml",
        "a name of 300 letters": folder / ("x" * 300 + ".yaml"),
        "a name with a zero byte": folder / "a\x00b.yaml",
    }
    for kind, reader in readers.items():
        for what, path in places.items():
            yield f"{kind}: {what}", (lambda reader=reader, path=path: reader(path))  # type: ignore[misc]
