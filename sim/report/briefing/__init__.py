"""The page that is mailed: a results folder as one file that reads as a briefing."""
