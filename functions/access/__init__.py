"""Who may pass which gate, and who did (门禁).

门禁：谁能过哪道门，谁过了门。
"""
