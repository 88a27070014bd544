"""A city's tickets (报修) for months, through the real handlers of maintenance, in virtual time.

What is assumed, and where it comes from:

- How many: an operator of this field took 1.1 million orders in six months over 4,229 communities, 260 a
  community. Communities differ in size as such a company's do: 300 to 3,000 homes, a thousand on average.
- Weather: a city of the North China plain. Rain falls on as many days of a month, and as much, as Beijing's
  climate has it (two thirds of the year's 550 mm in July and August); cold snaps from November to March;
  the heating is on from 15 November to 15 March, which is when it fails, most of all in its first weeks and
  in the cold. Rain comes through roofs and walls for days; a cloudburst floods and takes the power.
- Days: people report from seven to ten at night, most in the morning and after work, few at night; more at
  weekends, fewer on holidays, when many are away. Holidays and the days worked for them are China's own.
- Outages: a main bursts, a building is dark, a riser is cold: within the hour a part of the homes that it
  hits report it, a hundred of a large one. A manager lists the incident and marks the others as duplicates.
- Sources: nine of ten reports by residents' apps, one of twenty by the hotline 12345; besides, devices that
  are lost or low on battery, most of which come back by themselves, and meters that suspect a leak. What is
  sent over networks comes twice now and then: the same key, the same words within the hour, the same event.
- Staff: repairers from eight to six, every day of the week; at night one of them is on call, sees to
  emergencies at once and to the rest in the morning, and nobody else answers. Managers have office hours.
  An offer is taken after a minute or two, sometimes declined, sometimes not seen. How long it takes until
  somebody comes, and is done, depends on the trade; parts, absent residents and weather make it pause.
- Afterwards: two of five residents rate, within hours or days; of what they call unsolved most is reopened.

The shares are our own guesses, not measurements: what is shown is what the service does with such a load,
not how a community is run. The numbers of a seed are the same whatever they are played on, and by how many.
"""
