"""The study ``hindcast`` with its track record."""

from collections.abc import Callable

from sim.study.hindcast.study import Hindcast, Materials, hindcast, read_materials
from sim.study.setup.settings import Settings
from sim.study.track_record.record import TrackRecord, track_record


def recorded_hindcast(
    settings: Settings, materials: Materials, progress: Callable[[int, int], None] = lambda done, total: None
) -> tuple[Hindcast, TrackRecord]:
    """Run and judge the cases, and score what came out."""
    study = hindcast(settings, materials, progress)
    return study, track_record(study)


__all__ = ["read_materials", "recorded_hindcast"]
