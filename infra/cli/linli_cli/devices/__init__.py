"""Devices: registered, with their keys in folders, and spoken as: `device`, `publish`."""
