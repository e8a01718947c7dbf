"""Reports of `study=stress`: shortfall and losses under each scenario."""
