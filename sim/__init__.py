"""Long-run effects of career and technical education (CTE) funding, with school districts as agents."""

__version__ = "0.1.0"
