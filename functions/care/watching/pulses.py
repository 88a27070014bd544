"""Which sensors prove nothing: those that never rest, and those that beat like a clock.

Nobody moves about round the clock, so what tells of a person is silent for an hour once a day, for two once
in three days, for three once a week (`RESTS`): on nights with three walks to the bathroom as well. And nobody
moves by the clock: ten silences in a row that are alike within a quarter and go on through a day and its
night, or a sign at every tick of a week, are a device's (one that reports by itself, a loose contact, a
heater).

A sensor in doubt is believed again once it has been silent as long as the longest of `RESTS`, and no beat is
left. What people do on purpose (a button, a gate, a word by phone) is never doubted. A meter tells of use by
the half hour, so that its signs are as regular as the hours: of a meter it counts only whether it rests.
"""

from typing import NamedTuple

HOUR, DAY = 3600, 86_400  # seconds
RESTS = ((HOUR, DAY), (2 * HOUR, 3 * DAY), (3 * HOUR, 7 * DAY))  # so long, once in so long
BOUNCE = 5 * 60  # what follows sooner is the same movement
ALIKE = 0.25  # of the length of a silence
ALIKES = 10
SLOWEST_BEAT = 8 * HOUR  # between what is slower lies a night, or a day out
TICK = 0.05  # of the period, early or late
QUICKEST_TICK, SLOWEST_TICK = HOUR // 2, SLOWEST_BEAT - HOUR
TICKING = 7 * DAY


class Pulse(NamedTuple):
    """How a sensor has spoken: Unix seconds.

    `at`: its last sign. `rested`: when it was last heard after each of `RESTS`. `gap`, `alike`: the mean of
    the last silences, and how many in a row were like it. `period`, `tick`, `ticks`: a beat that something
    may keep beneath other signs, when it was due last, and how often in a row it came. `doubted`: it proves
    nothing.
    """

    at: int
    rested: tuple[int, ...]
    gap: int = 0
    alike: int = 0
    period: int = 0
    tick: int = 0
    ticks: int = 0
    doubted: bool = False


def felt(pulse: Pulse | None, at: int, *, by_the_clock: bool = False) -> Pulse:
    """The pulse after a sign; one that is not newer than the last changes nothing.

    `by_the_clock`: its signs are told of by the hour, so that a beat says nothing.
    """
    if pulse is None:
        return Pulse(at, (at, at, at), tick=at)
    if at <= pulse.at:
        return pulse
    silence = at - pulse.at
    rested = tuple(
        at if silence >= rest else last for last, (rest, _) in zip(pulse.rested, RESTS, strict=True)
    )
    after = _ticked(_compared(pulse, silence), at, silence)._replace(at=at, rested=rested)
    beats = not by_the_clock and (_beats_alone(after) or _ticks_beneath(after))
    restless = any(at - last > within for last, (_, within) in zip(after.rested, RESTS, strict=True))
    still = pulse.doubted and silence < RESTS[-1][0]
    return after._replace(doubted=beats or restless or still)


def _compared(pulse: Pulse, silence: int) -> Pulse:
    """Whether one more silence is like those before it."""
    if silence < BOUNCE:
        return pulse
    if abs(silence - pulse.gap) <= ALIKE * pulse.gap:
        return pulse._replace(gap=pulse.gap + (silence - pulse.gap) // 4, alike=pulse.alike + 1)
    return pulse._replace(gap=silence, alike=1)


def _beats_alone(pulse: Pulse) -> bool:
    through_a_day = pulse.alike * pulse.gap >= DAY
    return pulse.alike >= ALIKES and through_a_day and pulse.gap <= SLOWEST_BEAT


def _ticked(pulse: Pulse, at: int, silence: int) -> Pulse:
    """Whether a sign comes when the beat is due, a part of its error being taken over; else a beat to try."""
    due, slack = pulse.tick + pulse.period, TICK * pulse.period
    if pulse.period and at < due - slack:
        return pulse
    if pulse.period and at <= due + slack:
        error = at - due
        return pulse._replace(tick=due + error // 8, period=pulse.period + error // 64, ticks=pulse.ticks + 1)
    period = silence if QUICKEST_TICK <= silence <= SLOWEST_TICK else 0
    return pulse._replace(period=period, tick=at, ticks=0)


def _ticks_beneath(pulse: Pulse) -> bool:
    return pulse.ticks * pulse.period >= TICKING
