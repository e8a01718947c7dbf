"""The answer in words: the numbers behind it, what may be said of them, and the lines."""
