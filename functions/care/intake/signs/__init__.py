"""Signs of life as they come in: they move a person's deadline, and an open alert hears of them."""
