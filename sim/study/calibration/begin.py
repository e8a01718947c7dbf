"""The results folder of a study that simulates in waves: begun, or continued if it holds the same study."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.inputs import InputError
from sim.results.files import entries_in, is_there, remove_leftovers, writing
from sim.results.manifest import (
    MANIFEST_FILE,
    check_same,
    model_fingerprint,
    new_manifest,
    read_manifest,
    write_manifest,
)
from sim.results.records import SHARDS
from sim.study.setup.settings import IGNORED_KEYS, Settings
from sim.world.world import World


def begin(folder: Path, settings: Settings, world: World, content: Mapping[str, Any]) -> None:
    """Write what the study is, with all ``content`` that its numbers follow from, into its folder.

    Raises InputError if the folder holds another study, or results that nobody knows of.
    """
    manifest = new_manifest(
        study=settings.study.name,
        config=dict(content),
        world_fingerprint=world.fingerprint,
        data_vintage=world.vintage,
        state=world.state,
        formulas={},
        baseline=None,
        base_year=world.base_year,
        horizon=settings.horizon,
        draws=settings.draws,
        seed=settings.seed,
        chunk_size=settings.chunk,
        ignoring=IGNORED_KEYS,
    )
    manifest = manifest.model_copy(update={"model_fingerprint": model_fingerprint(fitted=False)})
    with writing(folder, "choose another folder (out=...)"):
        folder.mkdir(parents=True, exist_ok=True)
        if is_there(folder / MANIFEST_FILE):
            check_same(read_manifest(folder), manifest, folder)
            remove_leftovers(folder)
            remove_leftovers(folder / SHARDS)
            return
        if any(name.endswith(".parquet") for name in entries_in(folder / SHARDS)):
            raise InputError(
                f"{folder}: holds results but no {MANIFEST_FILE}; choose another folder or remove this one"
            )
        write_manifest(folder, manifest)
