"""Quality, equipment and rooms (7.12 of the protocol)."""

import math
from types import SimpleNamespace
from typing import Any

from second_implementation.plain import at, within


def maintain(
    world: Any, state: Any, rules: Any, premises: Any, chosen: list[Any], staffed: Any, taken: Any, price: Any,
    luck: Any,
) -> SimpleNamespace:  # fmt: skip
    """Quality by component, equipment and rooms at the year's end; ``price(d, k)`` is that of a component."""
    found = SimpleNamespace(quality=[], equipment=[], facilities=[], fill=[])
    for d, choice in enumerate(chosen):
        width = range(len(choice.plan))
        students = [taken.first[d][c] + taken.second[d][c] for c in width]
        every = sum(students)
        ratio, fill = state.spending_ratio[d], 0.0
        for c in width:
            second = rules.decisions.second_class * at(premises.second_level, d, c)
            seats = (staffed.first_taught[d][c] + second * staffed.second_taught[d][c]) * world.clusters.class_size[c]
            seats *= at(premises.class_level, d, c)
            fill += students[c] * (students[c] / seats if seats > 0 else 0.0)
        posts = sum(staffed.first_posts[d]) + sum(staffed.second_posts[d])
        staffing = 1.0 - sum(staffed.vacant[d]) / posts if posts else 1.0
        fill = fill / every if every else 1.0
        old_sites = sum(state.sites[d])
        life = sum(state.equipment[d][c] * state.sites[d][c] for c in width) / old_sites if old_sites else 0.0
        before = sum(state.counts.participants[d])
        quality = []
        for k, old in enumerate(state.quality[d]):
            target = premises.quality_level[d][k]
            load = premises.loadings
            weights = rules.quality
            target += weights.stability_weight * (staffing - premises.reference_stability) * load.stability[k]
            target += weights.equipment_weight * (life - premises.reference_equipment) * load.equipment[k]
            target += weights.class_size_weight * (premises.reference_fill - fill) * load.class_size[k]
            target += weights.spending_weight * (ratio - premises.reference_spending) * load.spending[k]
            pay = max(price(d, k), 0.0) / before if before else 0.0
            target += weights.incentive_gain * (1 - math.exp(-pay * load.ease[k] / weights.incentive_price_scale))
            quality.append(old + weights.speed * (within(target, 0.0, 1.0) - old))
        found.quality.append(quality)
        equipment, facilities = [], []
        for c in width:
            old = state.equipment[d][c]
            left = old + (rules.quality.fleet_life_left * ratio - old) / world.clusters.equipment_life[c]
            sites, opened = staffed.sites[d][c], staffed.opened[d][c]
            equipment.append(within(((sites - opened) * left + opened) / sites, 0.0, 1.0) if sites > 0 else 0.0)
            waits = choice.plan[c] == 1
            built = waits and luck.CAPITAL_PROJECT[d][c] < rules.decisions.capital_project_rate
            rooms = state.facilities[d][c] + choice.builds_facility[c] + float(built)
            facilities.append(min(rooms, world.districts.high_schools[d]))
        found.equipment.append(equipment)
        found.facilities.append(facilities)
        found.fill.append(fill)
    return found
