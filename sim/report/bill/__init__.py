"""Reports of one bill: its words, its price by district, and why payments change."""
