"""The local cloud as processes: either program, its issuer of tokens, its sandbox of the outside world."""
