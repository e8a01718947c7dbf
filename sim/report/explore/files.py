"""The files of an explorer."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.study.explore.study import Explored


def write_explorer(found: "Explored", folder: Path) -> str:
    """Write."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "explorer.json").write_text(json.dumps(found.content, separators=(",", ":")), encoding="utf-8")
    return "\n".join(f"{e.outcome:16s}{e.span:12s}{e.number:6s}{e.median:9.4f}{e.p95:9.4f}{e.most:9.4f} {e.reached}" for e in found.errors)
