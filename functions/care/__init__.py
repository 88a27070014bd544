"""Care: old people who live alone are noticed when something is wrong."""
