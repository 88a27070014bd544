"""Carrying out a plan through the front door: a few requests at once, sheet after sheet, each row told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from linli_cli.devices.device_files import DeviceFiles
from linli_cli.devices.registering import Registrar
from linli_cli.errors import CommandError, Refused, Unanswered
from linli_cli.importing.journal import Journal, digest
from linli_cli.importing.planning import Ask, Certificate, Step, Thing
from linli_cli.operate.front_door import BUSY, FrontDoor, problem

SOON_S = 120.0  # until a service has heard of what another did, also when thousands of facts wait before it
ANSWERED = frozenset(range(200, 500)) - frozenset(BUSY)
ACCEPTED = {False: ANSWERED, True: ANSWERED - {HTTPStatus.NOT_FOUND}}
WELL = range(200, 300)
NOT_HEARD = "the service has not heard yet of what another one was told"
CREDENTIALS, METERS = "/credentials", "/meters"
TAKEN_AWAY = (
    "an earlier import enrolled it, and it was revoked or moved since: enrol it by hand if that is meant"
)


@dataclass(frozen=True)
class Done:
    """What became of a step: `kept`, `same`, `refused`, or `unanswered`, which running again puts right."""

    step: Step
    outcome: str
    detail: str


@dataclass
class Carrier:
    """Somebody who may do it, and where their devices' keys go. `told` gets every step that is over."""

    door: FrontDoor
    registrar: Registrar
    keys: Callable[[str], DeviceFiles]
    journal: Journal
    at_once: int
    told: Callable[[Done], None]
    failed: dict[Thing, str] = field(default_factory=dict)

    def carry_out(self, steps: Iterable[Step]) -> None:
        """All of them, what others need first. Raises CommandError when nothing more can be done."""
        sheets: dict[tuple[str, bool], list[Step]] = {}
        for step in steps:
            along = not step.lines  # who comes along with a membership is there before it
            sheets.setdefault((step.form, True), [])
            sheets.setdefault((step.form, False), [])
            sheets[step.form, along].append(step)
        for together in sheets.values():
            self._at_once(together)

    def _at_once(self, steps: Sequence[Step]) -> None:
        """As many as `at_once`; on an interruption those that have begun are ended, no other begins."""
        left = iter(steps)
        with ThreadPoolExecutor(self.at_once) as pool:
            running: set[Future[Done]] = set()
            while True:
                while len(running) < self.at_once and (step := next(left, None)):
                    running.add(pool.submit(self._step, step))
                if not running:
                    return
                over, running = wait(running, return_when=FIRST_COMPLETED)
                for each in over:
                    self._over(each.result())

    def _over(self, done: Done) -> None:
        if done.outcome in {"refused", "unanswered"} and done.step.makes:
            self.failed[done.step.makes] = done.outcome
        self.told(done)

    def _step(self, step: Step) -> Done:
        lacking = [thing for thing in step.needs if thing in self.failed]
        if step.outcome == "refused":
            return Done(step, "refused", step.detail)
        if lacking:
            return Done(step, "refused", f"{' '.join(lacking[0])} was not kept")
        outcome = "kept" if step.outcome == "keep" else "same"
        try:
            for each in step.asks:
                if isinstance(each, Certificate):
                    self._certificate(each)
                else:
                    outcome = self._ask(each) or outcome
        except Unanswered as error:
            return Done(step, "unanswered", f"{error}; import the file again")
        except Refused as error:
            return Done(step, "refused", str(error))
        return Done(step, outcome, step.detail)

    def _ask(self, ask: Ask) -> str | None:
        """Ask it; tells `same` of what turns out to have stood already. Raises Refused, Unanswered."""
        if ask.path.endswith(CREDENTIALS):
            return self._enrol(ask)
        key = digest(ask.path, ask.body)
        if ask.path.endswith(METERS) and key in self.journal.done:
            return None
        self._answer(ask)
        if ask.path.endswith(METERS):
            self.journal.note(key, "")
        return None

    def _enrol(self, ask: Ask) -> str | None:
        """Enrol a plate, unless it stands as it is, or was taken away since an import enrolled it."""
        listed = self._answer(Ask("GET", ask.path, None, soon=True))["items"]
        stand = {each["credential"]: each for each in listed}
        key = plate_key(ask)
        earlier = self.journal.done.get(key)
        if earlier and earlier not in stand:
            raise Refused(TAKEN_AWAY)
        if earlier and _as_wanted(stand[earlier], ask.body):
            return "same"
        answer = self._answer(ask)
        self.journal.note(key, answer["credential"])
        before = stand.get(answer["credential"])
        return "same" if before and _as_wanted(before, ask.body) else None

    def _answer(self, ask: Ask) -> dict[str, Any]:
        """What comes back of what went well. Raises Refused, Unanswered, CommandError."""
        try:
            answer = self.door.ask(
                self.registrar.person,
                ask.method,
                ask.path,
                ask.body,
                key=digest(ask.path, ask.body) if ask.method == "POST" else None,
                accept=ACCEPTED[ask.soon],
                deadline_s=SOON_S if ask.soon else 0.0,
            )
        except Refused as error:  # any other refusal is an answer
            raise Unanswered(NOT_HEARD) from error
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise CommandError("the token is not believed any more: get a new one and import the file again")
        if answer.status not in WELL:
            raise Refused(problem(answer))
        return dict(answer.body or {})

    def _certificate(self, wanted: Certificate) -> None:
        files = self.keys(wanted.device)
        had_key = files.key.exists()
        files.folder.mkdir(parents=True, exist_ok=True)
        try:
            self.registrar.register(files, wanted.kind)
        except Refused as error:
            if not had_key:
                files.key.unlink(missing_ok=True)
                files.folder.rmdir()
            raise Refused(str(error).rpartition(": ")[2]) from error


def plate_key(ask: Ask) -> str:
    """What the journal has a plate under: its holder and itself, whatever it is good for."""
    return digest(ask.path, ask.body["value"])


def _as_wanted(stands: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    areas = stands["areas"] == body.get("areas", [])
    return areas and all(stands[name] == body[name] for name in ("valid_from", "valid_until"))
