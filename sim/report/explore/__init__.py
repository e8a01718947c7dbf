"""The explorer: its page, its file and what it says in words."""
