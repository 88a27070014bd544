"""Sensors and gateways that are lost and heard again, revoked and registered anew, in whatever order that is
told, and whether anything still sees the home.

What ends a loss ends no revocation, and the other way round; a sign of the device itself ends both.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from functions.care.watching.state import RECENT, Outage, Silence, WatchState
from functions.care.watching.watch import Watch

HEARD_AGAIN = 60  # spells: of every sensor twice
REVOKED = "revoked-"  # what the episodes of a revocation begin with, those of its end as well


def told_of(state: WatchState, lost: Sequence[Silence]) -> WatchState:
    """With what is lost already of sensors that are new to it."""
    known = {each.spell for each in (*state.silent, *state.heard_again)}
    return state.but(silent=[*state.silent, *(each for each in lost if each.spell not in known)])


def heard(
    state: WatchState, watch: Watch, silences: Sequence[Silence], at: datetime, *, lost: bool
) -> WatchState:
    """Sensors or gateways are lost, last heard `at`, or heard again; the two may arrive in either order.

    Revoked devices count as lost, devices registered anew as heard: such a one has not been heard yet, so it
    ends what the revocation began, not what else silences it.
    """
    if lost:
        known = {each.spell for each in (*state.silent, *state.heard_again)}
        new = [
            each.model_copy(update={"since": at})
            for each in silences
            if each.spell not in known and not _registered_since(each, at, state.heard_again)
        ]
        return looked(state.but(silent=[*state.silent, *new]), watch, at)
    devices = {each.device for each in silences}
    if any(map(is_revocation, silences)):
        revoked = [each for each in state.silent if each.device in devices and is_revocation(each)]
        over = [*(each for each in revoked if any(_before(each, end) for end in silences)), *silences]
        return looked(ended(state, watch, over, (), at), watch, at)
    return looked(ended(state, watch, silences, devices, at), watch, at)


def is_revocation(silence: Silence) -> bool:
    """Whether a device is silent since nobody is to believe it any more, or was until then."""
    return silence.episode.startswith(REVOKED)


def _registered_since(silence: Silence, at: datetime, over: Iterable[Silence]) -> bool:
    """Whether a device that was revoked `at` has been registered anew after that."""
    revoked = silence.model_copy(update={"since": at})
    ends = [each for each in over if each.device == silence.device and is_revocation(each)]
    return is_revocation(silence) and any(_before(revoked, each) for each in ends)


def _before(revoked: Silence, registered: Silence) -> bool:
    """Whether a revocation came first: by the registry's count of both, else by the times they were told."""
    if revoked.version is not None and registered.version is not None:
        return revoked.version < registered.version
    return registered.since is not None and _began_before(revoked, registered.since)


def _began_before(silence: Silence, at: datetime) -> bool:
    return silence.since is not None and silence.since < at


def ended(
    state: WatchState, watch: Watch, silences: Sequence[Silence], devices: Collection[str], at: datetime
) -> WatchState:
    """Whoever was heard `at` is silent no more, whatever silenced them; `silences` are over by name.

    By name a loss is over: that ends no revocation of the same device, which may be told sooner or later.
    """
    over = {each.spell: each for each in silences}
    for spell in state.silent:
        stays = bool(silences) and is_revocation(spell) and spell.device in devices
        if _began_before(spell, at) and not stays:
            behind = {one.device for one in watch.sensors if one.gateway == spell.device}
            for device in {spell.device, *behind}.intersection(devices):
                over[device, spell.episode] = Silence(device=device, episode=spell.episode)
    known = {each.spell for each in state.heard_again}
    heard_again = [*state.heard_again, *(each for each in over.values() if each.spell not in known)]
    silent = [each for each in state.silent if each.spell not in over]
    return state.but(silent=silent, heard_again=heard_again[-HEARD_AGAIN:])


def looked(state: WatchState, watch: Watch, at: datetime) -> WatchState:
    """Whether anything sees the home: while all that would is lost, or in doubt, a silence says and teaches
    nothing.
    """
    silent = [each for each in state.silent if each.device in watch.devices]
    heard_again = {each.spell for each in state.heard_again}
    lost = {
        one.device
        for one in watch.telling or watch.sensors
        for each in silent
        if each.device in {one.device, one.gateway} and (one.device, each.episode) not in heard_again
    }
    lost |= {
        one.device for one in watch.telling or watch.sensors if {one.device, one.kind} & {*state.doubted}
    }
    telling = {one.device for one in watch.telling or watch.sensors}
    blind = bool(telling) and lost == telling
    since = (state.blind_since or at) if blind else None
    if blind != bool(state.blind_since):
        state = state.cut_off(at)
    return state.but(silent=silent, blind_since=since, learns=state.learns and not blind)


def outage_after(outage: Outage, silence: Silence, at: datetime, *, lost: bool) -> Outage:
    """A device is lost, last heard `at`, or heard again, whatever had silenced it; in either order.

    A revoked device counts as lost, one that is registered anew as heard.
    """
    known = {each.spell for each in (*outage.lost, *outage.over)}
    if lost:
        is_new = silence.spell not in known and not _registered_since(silence, at, outage.over)
        new = [silence.model_copy(update={"since": at})] if is_new else []
        return Outage(lost=[*outage.lost, *new], over=outage.over)
    same = [each for each in outage.lost if is_revocation(each) == is_revocation(silence)]
    end = silence.model_copy(update={"since": at})
    over_now = _before if is_revocation(silence) else lambda each, _: _began_before(each, at)
    ended = [each for each in same if over_now(each, end)]
    over = {each.spell: each for each in (*outage.over, *ended, silence)}
    still = [each for each in outage.lost if each.spell not in over]
    return Outage(lost=still, over=list(over.values())[-RECENT:])
