"""Other structures: models without one of the decisions, fitted like the model itself and held against it."""
