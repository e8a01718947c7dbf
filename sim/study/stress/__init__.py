"""What can be lost: tails of a distribution of losses, who pays them, and what would change them."""
