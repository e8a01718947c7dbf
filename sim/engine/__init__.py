"""One calendar, two drivers: the yearly order of rules, carried out agent by agent or for many runs at once."""
