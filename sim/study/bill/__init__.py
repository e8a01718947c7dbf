"""Studies of one bill without a simulation of years: price, ledger, cliffs, bridge."""
