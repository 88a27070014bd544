"""Meters, what they read, what was used, and what it costs (水电气热).

水电气热：有哪些表，读数多少，用了多少，该收多少钱。
"""
