"""Which devices there are, whose they are, and with which certificate they may connect."""
