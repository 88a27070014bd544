"""A table as it was at an instant: restored beside, compared, rows brought back: `restore`."""
