"""Trigger: what care, maintenance, access, devices, utilities and payments tell, and the directory of
communities, through a queue; HTTP `GET /communities/{community}/now` and `GET /companies/{company}/now`.

Rule: what was told to be open and not to be over is on the board, whatever the order it was told in.
Result: staff see what is open now, the most severe first, with nobody's name or home in it, as of when.
"""
