"""What districts do: believe, decide, hire, keep up quality and equipment, and close their books. Pure functions."""
