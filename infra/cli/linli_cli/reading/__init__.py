"""What the code says of itself, read and followed: words, outcomes, messages of devices, facts."""
