"""The track record: how forecasts of past changes of law have done, as a whole and where nothing was fitted."""
