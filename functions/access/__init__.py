"""Who may pass which gate, and who did (门禁)."""
