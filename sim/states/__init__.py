"""Which states there are, what their folders say of them, and the words that texts are filled with."""
