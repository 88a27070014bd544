"""Parts of the READMEs that are made from the code, one module for each kind of part."""
