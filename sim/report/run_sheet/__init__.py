"""The district run sheet, a workbook."""
