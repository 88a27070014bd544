"""New actions with all their twins, and the texts that they begin as."""
