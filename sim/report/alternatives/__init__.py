"""Other structures as text, tables and figures."""
