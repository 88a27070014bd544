"""The command `replay`: sample events to the deployed functions."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from linli_cli.cloud import LOCAL, PRODUCTION, Cloud, connect
from linli_cli.deploy.deploying import Profile, Stage
from linli_cli.deploy.stacks import function_name
from linli_cli.develop import dating, samples
from linli_cli.develop.samples import Outcome, Sample
from linli_cli.errors import CommandError
from linli_cli.layout import home
from linli_cli.letters import peeking
from linli_cli.local import issuer
from linli_cli.operate.invoking import invoke
from linli_cli.progress import Progress, Say, number_of, wide_table

THREADS = 4
SEARCHED = 1000  # messages of a dead-letter queue looked through for our own
STYLES = {"ok": "green", "refused": "cyan", "parked": "magenta", "failed": "red"}


@dataclass(frozen=True)
class Result:
    """How a sample ended and whether that is what its name says."""

    sample: str
    ending: str
    outcome: str
    milliseconds: float
    as_named: bool

    @property
    def service(self) -> str:
        """The service it belongs to."""
        return self.sample.partition("/")[0]


def secrets_of(stage: str, profile: str | None = None) -> Callable[[str], str]:
    """A stage's secrets by their names without the stage."""

    def secret(name: str) -> str:
        vault = connect(stage, profile).client("secretsmanager")
        try:
            return str(vault.get_secret_value(SecretId=f"linli/{stage}/{name}")["SecretString"])
        except vault.exceptions.ResourceNotFoundException:
            raise CommandError(f"there is no secret linli/{stage}/{name}, which a sample needs") from None

    return secret


def found(
    paths: Iterable[Path],
    token: Callable[[str], str] = issuer.token,
    secret: Callable[[str], str] = secrets_of(LOCAL),
    days: int = 0,
) -> list[Sample]:
    """The samples at and under `paths`, so many days later. Raises CommandError."""
    return [samples.load(path, token, secret, days) for path in samples.find(paths)]


def dated_file() -> Path:
    """Where it is kept by how many days samples are moved for the local cloud."""
    return home() / "dated"


def send(
    wanted: list[Sample], stage: str, profile: str | None = None, say: Say = lambda _: None
) -> list[Result]:
    """Send samples: those of one function in their order, different functions side by side.

    What they park is removed from the dead-letter queues again. Raises CommandError for a missing function.
    """
    cloud = connect(stage, profile)

    def one_function(group: list[Sample]) -> list[Result]:
        function = f"{group[0].project}-{group[0].function}"
        outcomes = [(sample, *_sent(cloud, sample)) for sample in group]
        parked = [sample for sample, outcome, _ in outcomes if outcome.ending == "parked"]
        missing = _removed(cloud, function, parked, say) if parked else set()
        say(f"{function}: {number_of(len(group), 'sample')}")
        lost = Outcome("failed", "neither done nor parked")
        return [
            _result(sample, lost if sample.name in missing else outcome, milliseconds)
            for sample, outcome, milliseconds in outcomes
        ]

    ordered = sorted(wanted, key=lambda sample: (sample.project, sample.function))
    groups = [list(each) for _, each in groupby(ordered, lambda sample: (sample.project, sample.function))]
    with ThreadPoolExecutor(THREADS) as pool:
        return [result for results in pool.map(one_function, groups) for result in results]


def _sent(cloud: Cloud, sample: Sample) -> tuple[Outcome, float]:
    name = function_name(cloud.stage, sample.project, sample.function)
    answer = invoke(cloud, name, sample.event, may_fail=True)
    return samples.judge(sample, answer.body, answer.error), answer.milliseconds


def _result(sample: Sample, outcome: Outcome, milliseconds: float) -> Result:
    matches = samples.as_named(sample.case, outcome)
    return Result(sample.name, outcome.ending, outcome.words, round(milliseconds, 1), matches)


def _removed(cloud: Cloud, function: str, parked: list[Sample], say: Say) -> set[str]:
    """Remove from the dead-letter queue, by body, what these samples left there.

    Returns the names of those that left nothing: their messages are lost.
    """
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName=f"linli-{cloud.stage}-{function}-dlq")["QueueUrl"]
    missing, removed = {sample.name: set(sample.letters) for sample in parked}, 0
    ours = set[str]().union(*missing.values())
    with closing(peeking.peek(sqs, url, SEARCHED)) as messages:
        for message in messages:
            body = message["Body"]
            if body in ours:
                peeking.remove(sqs, url, message)
                removed += 1
            missing = {name: bodies for name, bodies in missing.items() if body not in bodies}
            if not missing:
                break
    say(f"{function}: removed {number_of(removed, 'dead letter')} of its samples")
    return set(missing)


def by_service(results: list[Result]) -> dict[str, Counter[str]]:
    """How many samples of each service ended how; `unexpected` are those that did not as their name says."""
    counted: dict[str, Counter[str]] = {}
    for result in results:
        ending = result.ending if result.as_named else "unexpected"
        counted.setdefault(result.service, Counter())[ending] += 1
    return counted


def complain(results: list[Result]) -> None:
    """Raises CommandError when a sample did not end as its name says."""
    wrong = [f"{each.sample} ({each.ending}: {each.outcome})" for each in results if not each.as_named]
    if wrong:
        more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""  # noqa: PLR2004
        count = number_of(len(wrong), "sample")
        raise CommandError(f"{count} ended otherwise than they should: {', '.join(wrong[:5])}{more}")


def replay(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Sample files, or folders of them.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    stage: Stage = LOCAL,
    profile: Profile = None,
) -> None:
    """Send sample events to their deployed functions; fails when one ends otherwise than its name says."""
    if stage == PRODUCTION:
        raise CommandError("samples are made up: they are not sent to production")
    days = dating.kept_in(dated_file(), datetime.now(UTC)) if stage == LOCAL else 0
    wanted = found(paths, lambda person: issuer.token(person, stage), secrets_of(stage, profile), days)
    with Progress().step("replaying") as say:
        results = send(wanted, stage, profile, say)
    if as_json:
        print(json.dumps([asdict(each) for each in results], indent=2))
    else:
        console, table = wide_table("sample", "outcome", "ms", "")
        for each in results:
            words = each.outcome if each.ending in ("ok", "refused") else f"{each.ending}: {each.outcome}"
            row = (each.sample, words, f"{each.milliseconds:.0f}", "" if each.as_named else "unexpected")
            table.add_row(*row, style=STYLES[each.ending] if each.as_named else "bold red")
        console.print(table)
    complain(results)
