"""Who repairs, who runs the community, who lives where: what managers and the directory have said last.

Dispatch picks from the repairers, escalations go to the managers, a report gets its reporter's home.
"""
