"""What students do: enroll, choose pathways, progress, and earn credentials. Pure functions of arrays."""
