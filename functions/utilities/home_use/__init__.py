"""What a home used of a medium, day by day, and what tariffs ask for it. Used by `bills`."""
