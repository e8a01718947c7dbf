"""What a person may type after ``cte-sim``: verbs, bills, names of places and folders, each turned into settings."""
