"""Reports of `study=levers`: what each lever of a bill buys in a bad year, and what it costs."""
