"""What the command line carries out once its words are understood."""
