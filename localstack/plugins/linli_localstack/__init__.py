"""What LocalStack's free edition lacks for Linli to run on it, without Docker: its plugins.

Each module says what the stock does; nothing of it knows Linli's services.
"""
