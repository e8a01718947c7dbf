"""Settings of a study that judges the model by cases or probes, small."""

from typing import Any

from sim.study.setup.settings import Settings, read_settings


def judged_settings(study: str, cases: list[str], **changes: Any) -> Settings:
    """Four draws of the priors on New Mexico, but for what is changed."""
    plain = {
        "study": {"name": study, "cases": cases},
        "world": {"path": None},
        "horizon": 30,
        "draws": 4,
        "seed": 3,
        "chunk": 2,
        "workers": 1,
        "uncertainty": "prior",
        "cost_neutral": None,
        "report": True,
    }
    return read_settings({**plain, **changes})
