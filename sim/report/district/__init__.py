"""The page of one district: its answer in words, tables, figures and files."""
