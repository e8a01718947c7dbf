"""The track record of a hindcast as text, tables and figures."""
