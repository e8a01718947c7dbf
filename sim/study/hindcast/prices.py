"""Dollars of another year in dollars of the base year."""

import csv
from functools import cache

from sim.config_folder import config_folder
from sim.inputs import InputError

TABLE = "consumer_prices.csv"


@cache
def consumer_prices() -> dict[int, float]:
    """The consumer price index by fiscal year, from ``conf/hindcast/consumer_prices.csv``."""
    with (config_folder() / "hindcast" / TABLE).open(encoding="utf-8", newline="") as file:
        return {int(row["fiscal_year"]): float(row["index"]) for row in csv.DictReader(file)}


def price_factor(year: int, base_year: int) -> float:
    """What a dollar of the fiscal year ``year`` is in dollars of ``base_year``. Raises InputError for a year that the
    table does not hold."""
    prices = consumer_prices()
    for wanted in (year, base_year):
        if wanted not in prices:
            raise InputError(f"{TABLE}: fiscal year {wanted} is not in the table; allowed: {min(prices)}-{max(prices)}")
    return prices[base_year] / prices[year]
