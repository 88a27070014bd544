"""Believable lives of older people at home, for judging when somebody should have been asked after.

What is assumed, and where it comes from:

- Nights and naps: people lie down at about 21:45 and rise at about 6:15, each with a spread of their own. Of
  Chinese people over 65, 57.7 % nap after lunch, 63 minutes on average (CHARLS, J Am Geriatr Soc 2017,
  PMC6487643). 55 % rise twice or more a night for the bathroom, 82 % at least once
  (PMC2691189; NHANES 2009-2014, AUA 2018).
- Outings: who lives alone leaves home on most days, for a median of an hour or two, less when ill or in pain
  (sensors in the homes of 85 people of 65-96 living alone, PLoS ONE 0139643; 1,289 people, Eur Rev Aging
  Phys Act 2018, PMC6004085). Some have a weekly fixture, and once or twice a month a whole day out. Only some
  gates record, and not every pass.
- Absences: weekends at the family's and trips. "She had gone to stay with her daughter" is the false alarm
  that fielded systems name first, hence some tell (away mode), some forget, some come home sooner or later.
- Homes: one to six sensors, which miss movements, are stuck, run flat; gateways that go down. 10 % are
  couples' (a partner helps, so they only count for false alarms), 8 % have a cat that moves at all hours.
- Quiet spells that are no emergency: sitting where no sensor sees, lying in, a cold in bed, a clock change of
  life (new hours for bed and rising).
- Emergencies: nearly one in three over 65 falls in a year ("Falls", N Engl J Med); of those over 90 who fell,
  80 % could once not get up and 30 % lay for an hour or more, 82 % of falls happened alone, and few used the
  alarm at hand (Fleming and Brayne, BMJ 2008;337:a2227). So they come when people move, most by day, some on
  the way to the bathroom; a third still stir within a sensor's sight for a while. Beside falls: an illness
  that slows, a death in sleep, a collapse outside. Real rates would need tens of thousands of months for a
  figure, so a third of those watched meet one within the time simulated; false alarms are counted before it.

The shares of kinds of sensors, faults and forgetting are our own guesses, not measurements: what is compared
is rules on the same lives, not a rule with the world. Personal models of the longest silence have been tried
on homes by Cuddihy et al. (HealthNet 2007, 650 days of four homes) and with an inactivity score for uncertain
sensors (Sensors 2024, 24, 6583).
"""
