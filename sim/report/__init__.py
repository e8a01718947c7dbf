"""What an analyst opens: summary table, comparison table, figures, district run sheet, fiscal note."""
