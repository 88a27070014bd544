"""Who is who: companies, communities, buildings, people and their roles; one token opens all of it."""
