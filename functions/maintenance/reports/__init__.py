"""What somebody says is wrong, and where, by whatever way it came: app, device, hotline.

Tickets begin with one; nothing here knows what becomes of it.
"""
