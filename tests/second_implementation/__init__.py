"""One year of one run, written a second time from the protocol: plain numbers, loops over districts and clusters."""
