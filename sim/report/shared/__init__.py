"""What every report uses: intervals, panels of results, figure style, groups of districts, progress, origin."""
