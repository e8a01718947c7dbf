"""The fiscal note of a bill, in the layout of New Mexico's Fiscal Impact Reports: as a page, a document and a table."""
