"""Which devices there are, whose they are, with which certificate they may connect, whether they live."""
