"""What students do: enrol, choose pathways, progress, and earn credentials. Pure functions of arrays."""
