"""Who lives and lived in a home (户), which meters it has, whose meters and days somebody may see."""
