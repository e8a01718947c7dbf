"""What the pages work on: the bills and tables of the start, and those that clients have sent, each by a key.

What a client has sent is known by a key that cannot be guessed, so that nobody sees another's. The oldest goes when
there are too many.
"""

import shutil
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from sim.inputs import InputError
from sim.serve.bills import Bill, explored_bill, read_bill
from sim.serve.safety import new_token
from sim.serve.uploads import taken_bill, taken_tables
from sim.serve.warm import Common, Warm
from sim.states.speaking import speaking
from sim.study.setup.known import formula_names

OWN = "own"
"""The tables that the start was given, or the bundled ones."""

MOST_BILLS, MOST_TABLES = 40, 2
"""What clients have sent and is kept."""

MOST_READ = 60
"""Bills that are kept as they were read."""


@dataclass(frozen=True)
class Named:
    """A bill of the start: how the pages and the command line know it, and the sliders of its explorer."""

    key: str
    word: str
    explorer: Mapping[str, Any] | None = None


@dataclass
class Sessions:
    """The warm tables and the bills of one start. Threads may share it. ``folder`` is among the temporary files."""

    common: Common
    folder: Path
    own: Warm
    named: Sequence[Named]
    _sent_bills: "OrderedDict[str, str]" = field(default_factory=OrderedDict)
    _sent_tables: "OrderedDict[str, Warm]" = field(default_factory=OrderedDict)
    _read: "OrderedDict[tuple[str, str], Bill]" = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)
    _taking: Lock = field(default_factory=Lock)

    def tables(self, key: object) -> Warm:
        """The tables of a key. Raises InputError if there are none."""
        if key in (None, "", OWN):
            return self.own
        with self._lock:
            if isinstance(key, str) and key in self._sent_tables:
                self._sent_tables.move_to_end(key)
                return self._sent_tables[key]
        raise InputError("tables: these are not here any more; send them again")

    def bill(self, key: object, tables: object = None) -> Bill:
        """The bill of a key, on the tables of another; of the start's first bill without one. Raises InputError, one
        line."""
        warm = self.tables(tables)
        name = self.named[0].key if key in (None, "") else str(key)
        at = (name, warm.tables or "")
        with self._lock:
            if at in self._read:
                self._read.move_to_end(at)
                return self._read[at]
        with speaking(warm.words):
            found = self._found(name, warm)
        with self._lock:
            self._read[at] = found
            while len(self._read) > MOST_READ:
                self._read.popitem(last=False)
        return found

    def _found(self, name: str, warm: Warm) -> Bill:
        named = {one.key: one for one in self.named}
        if name in named:
            one = named[name]
            if one.explorer is not None and warm is self.own:
                return explored_bill(name, one.word, one.explorer, warm.inputs, warm.settings)
            return read_bill(name, one.word, warm.inputs, warm.settings)
        if name in formula_names(warm.inputs.world.law):
            return read_bill(name, name, warm.inputs, warm.settings)
        with self._lock:
            word = self._sent_bills.get(name)
        if word is None:
            raise InputError("bill: this one is not here any more; send it again")
        return read_bill(name, word, warm.inputs, warm.settings)

    def send_bill(self, content: Mapping[str, Any]) -> Bill:
        """Take a bill from a client. Raises InputError, one line."""
        tables = content.get("tables")
        warm, key = self.tables(tables), new_token()
        with speaking(warm.words):
            found = taken_bill(content, self.folder, key, warm)
        with self._lock:
            self._sent_bills[key] = found.word
            self._read[key, warm.tables or ""] = found
            while len(self._sent_bills) > MOST_BILLS:
                _, word = self._sent_bills.popitem(last=False)
                shutil.rmtree(Path(word).parent, ignore_errors=True)
        return found

    def send_tables(self, content: Mapping[str, Any]) -> tuple[str, Warm]:
        """Take tables from a client, one client at a time, and give their key. Raises InputError, one line."""
        with self._taking:
            found, key = taken_tables(content, self.folder, self.common, self.own.state), new_token()
            with self._lock:
                self._sent_tables[key] = found
                while len(self._sent_tables) > MOST_TABLES:
                    _, oldest = self._sent_tables.popitem(last=False)
                    shutil.rmtree(str(oldest.tables), ignore_errors=True)
        return key, found
