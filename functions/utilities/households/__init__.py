"""Who lives in a home and lived there (户), which meters it has, and so whose meters and days somebody may see."""
