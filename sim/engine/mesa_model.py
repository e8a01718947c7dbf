"""The agent-by-agent driver: a Mesa model whose agents are districts.

It runs one replicate. Each ``District`` reads its own row of the situation and decides; everything else is the same
calendar and the same rules as in the batched driver, and so are the numbers, to the last bit. Written with what Mesa
3.3, 3.5 and 4 share.
"""

from dataclasses import fields

import numpy as np

from sim.behavior.deciding import decide
from sim.behavior.situation import Choice, Situation
from sim.engine import draws as drawing
from sim.engine import starting
from sim.engine.calendar import Year
from sim.engine.ensemble import WARM_UP_YEARS, Ensemble, simulate, warm_up
from sim.engine.state import take_run, with_run_axis
from sim.funding.formula import Formula
from sim.parameters.groups import Parameters
from sim.world.world import World

try:
    import mesa
except ImportError as missing:
    raise ImportError(
        f"the agent-by-agent model needs a package that is not installed ({missing.name}): "
        "pip install 'cte-funding-simulation[agents]'"
    ) from missing


class District(mesa.Agent):
    """A school district or state-chartered charter. Once a year it decides, cluster by cluster."""

    def __init__(self, model: "CTEModel", index: int) -> None:
        super().__init__(model)
        self.index = index
        self.name = model.world.districts.name[index]
        self.choice: Choice | None = None

    def decide(self) -> None:
        """Look at my own row of the situation and decide."""
        parameters = self.model.parameters
        self.choice = decide(self.model.situation.row(self.index), parameters.decisions)

    @property
    def pathways(self) -> int:
        """Clusters that I offer."""
        return int((self.model.state.sites[self.index] > 0).sum())

    @property
    def concentrators(self) -> float:
        """Concentrators whom I taught this year."""
        return float(self.model.state.taught[self.index].sum())


class CTEModel(mesa.Model):
    """One replicate of a funding formula, district by district.

    ``parameters`` are those of one run (``[1, 1]`` arrays: take one from a batch). ``step`` runs the next fiscal year;
    the first starts after the base year, up to which the model has been warmed up under current law.
    """

    def __init__(
        self, world: World, parameters: Parameters, current_law: Formula, formula: Formula, seed: int, replicate: int,
        horizon: int,
    ) -> None:  # fmt: skip
        super().__init__(rng=seed)
        self.world = world
        self.parameters = parameters
        self.districts = District.create_agents(self, len(world.districts), list(range(len(world.districts))))
        draws = drawing.draw(world, seed, [replicate], WARM_UP_YEARS + 1 + horizon)
        batch = with_run_axis(parameters)
        premises = starting.draw_premises(world, batch, draws)
        premises, state = starting.draw_state(world, batch, premises, draws)
        self.situation: Situation
        start = warm_up(
            world, parameters, current_law, take_run(premises, 0), take_run(state, 0), draws.single(0), self.decide_all
        )
        self.ensemble: Ensemble = start
        self.state = start.state
        self.year: Year = start.base
        self._years = simulate(start, formula, horizon, self.decide_all)
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "fiscal_year": lambda model: model.year.fiscal_year,
                "participants": lambda model: float(model.state.participants.sum()),
                "concentrators": lambda model: float(model.state.taught.sum()),
                "sites": lambda model: float(model.state.sites.sum()),
            },
            agent_reporters={"pathways": "pathways", "concentrators": "concentrators"},
        )
        self.datacollector.collect(self)

    def step(self) -> None:
        """The next fiscal year."""
        self.state, self.year = next(self._years)
        self.datacollector.collect(self)

    def decide_all(self, situation: Situation) -> Choice:
        """Every district decides in turn on its own row; the rows are put together again."""
        self.situation = situation
        self.districts.do("decide")
        choices = self.districts.get("choice")
        return Choice(
            **{
                field.name: np.concatenate([getattr(choice, field.name).T for choice in choices], axis=-1).T
                for field in fields(Choice)
            }
        )
