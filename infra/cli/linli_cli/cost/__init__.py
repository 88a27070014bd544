"""What it costs: units that were measured, how often a community asks for them, and list prices of a day."""
