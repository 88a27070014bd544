"""What Linli promises others, in the forms that their tools read: OpenAPI, JSON Schema, who may do what."""
