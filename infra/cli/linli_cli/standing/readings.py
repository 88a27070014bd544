"""What a stage says of itself, part by part: each line with the command that helps.

A queue that a worker empties is only asked for its numbers: each message that is taken out and put back is
one try less of it.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from functions.payments.books.rows import RefundRow
from functions.payments.statements.rows import ReconciledRow
from linli.escalation.beats.beats import is_missed
from linli.escalation.beats.rows import BeatRow
from linli_cli.cloud import Cloud
from linli_cli.deploy import runbooks, stacks, wiring
from linli_cli.deploy.stacks import full_name
from linli_cli.errors import CommandError
from linli_cli.letters import dead_letters, peeking
from linli_cli.operate.logs import events_since
from linli_cli.restoring.copies import copies

EVERY_MINUTE = "rate(1 minute)"
SILENT_S = 180  # a sweep of every minute that has said nothing for so long
ASKED_AT_ONCE = 500  # metrics, the most that CloudWatch answers
MINUTES_OF_AGE = timedelta(minutes=10)  # in which SQS has published a queue's age, every minute
UNKNOWN_AGE = "nobody says since when"


@dataclass(frozen=True)
class Line:
    """One thing of a stage and how it stands. `acts`: somebody has to; `command` is what helps them."""

    part: str
    what: str
    state: str
    command: str = ""
    acts: bool = False


Part = Callable[[Cloud, datetime], Iterator[Line]]


def told(cloud: Cloud, now: datetime) -> list[Line]:
    """All parts of a stage. One that cannot be read is a line of its own, and hides none of the others.

    Raises EndpointConnectionError when nobody answers at all.
    """
    first, *others = PARTS
    lines = of_part(first, cloud, now)
    with ThreadPoolExecutor(max_workers=len(others)) as pool:
        for found in pool.map(lambda part: of_part(part, cloud, now), others):
            lines += found
    return lines


def of_part(part: str, cloud: Cloud, now: datetime) -> list[Line]:
    """What a part says, or that it cannot be read."""
    try:
        return list(PARTS[part](cloud, now))
    except EndpointConnectionError:
        if part == next(iter(PARTS)):
            raise
        return [unread(part, cloud, "nobody answers")]
    except (ClientError, BotoCoreError, CommandError, KeyError, TypeError, ValueError) as error:
        return [unread(part, cloud, " ".join(str(error).split()) or type(error).__name__)]


def unread(part: str, cloud: Cloud, why: str) -> Line:
    """That a part of the stage is not known: nobody may take it for well."""
    return Line(part, "", f"cannot be read: {why}", of_stage("linli status", cloud), acts=True)


def of_stage(command: str, cloud: Cloud) -> str:
    """A command as it has to be typed for this stage."""
    return command if cloud.is_local else f"{command} --stage {cloud.stage}{of_profile(cloud)}"


def of_aws(command: str, cloud: Cloud) -> str:
    """A command of AWS as it has to be typed for this stage, or for the local cloud."""
    place = f" --endpoint-url {cloud.endpoint}" if cloud.endpoint else of_profile(cloud)
    return f"aws {command} --region {cloud.region}{place}"


def of_profile(cloud: Cloud) -> str:
    """The option that names the profile by which the stage was reached, if one was."""
    name = cloud.session.profile_name
    return "" if name == "default" else f" --profile {name}"


def short(name: str, cloud: Cloud) -> str:
    """A name without the stage's prefix."""
    return name.removeprefix(full_name(cloud.stage, ""))


def of_stacks(cloud: Cloud, _: datetime) -> Iterator[Line]:
    """Each stack of the code, then those that only the stage has."""
    for each in stacks.standing(cloud):
        since = f", {each.updated.isoformat(timespec='seconds')}" if each.updated else ""
        note = "" if each.in_code else ", not in the code any more"
        helps = f"linli deploy {each.stack}" if each.broken else ""
        command = of_stage(helps, cloud) if helps else ""
        yield Line("stacks", each.stack, f"{each.status}{since}{note}", command, acts=each.broken)


def of_alarms(cloud: Cloud, _: datetime) -> Iterator[Line]:
    """Each alarm; one without data has not been heard of, which is so of all where nobody measures."""
    pages = cloud.client("cloudwatch").get_paginator("describe_alarms")
    for page in pages.paginate(AlarmNamePrefix=full_name(cloud.stage, ""), AlarmTypes=["MetricAlarm"]):
        for alarm in page["MetricAlarms"]:
            name, state = short(alarm["AlarmName"], cloud), alarm["StateValue"]
            rings = state == "ALARM"
            since = alarm.get("StateTransitionedTimestamp") or alarm.get("StateUpdatedTimestamp")
            said = alarm.get("AlarmDescription", "").partition(runbooks.POINTS)[0]
            about = f" since {since:%Y-%m-%dT%H:%M:%S%z}: {said}" if rings else ""
            command = of_stage(f"linli runbook {name}", cloud)
            yield Line("alarms", name, f"{state}{about}", command if rings else "", acts=rings)


def of_listeners(cloud: Cloud, _: datetime) -> Iterator[Line]:
    """Whether anybody hears an alarm. Nobody has to on the local cloud."""
    found = stacks.stacks_of(cloud).get(full_name(cloud.stage, stacks.FOUNDATION))
    topic = found.outputs.get("AlarmTopicArn") if found else None
    if topic is None:
        yield Line("listeners", "alarm topic", "there is none", of_stage("linli deploy foundation", cloud))
        return
    pages = cloud.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    heard = [each for page in pages for each in page["Subscriptions"]]
    confirmed = [each for each in heard if each["SubscriptionArn"].startswith("arn:")]
    waiting = f", {len(heard) - len(confirmed)} not confirmed" if len(heard) > len(confirmed) else ""
    nobody = not confirmed and not cloud.is_local
    command = (
        of_aws(f"sns subscribe --topic-arn {topic} --protocol email --notification-endpoint ADDRESS", cloud)
        if nobody
        else ""
    )
    yield Line("listeners", "alarm topic", f"{len(confirmed)} confirmed{waiting}", command, acts=nobody)


def of_dead_letters(cloud: Cloud, now: datetime) -> Iterator[Line]:
    """Each dead-letter queue, and since when the oldest of its messages waits for somebody."""
    for each in dead_letters.summary(cloud, now.timestamp()):
        age = "" if each.oldest_s is None else f", the oldest {dead_letters.age_in_words(each.oldest_s)}"
        command = of_stage(f"linli dlq list {each.name}", cloud) if each.messages else ""
        yield Line("dead letters", each.name, f"{each.messages}{age}", command, acts=each.messages > 0)


def of_queues(cloud: Cloud, now: datetime) -> Iterator[Line]:
    """Each queue that a worker empties: how many messages wait, and how old the oldest is.

    Only the metric knows the age; where nobody measures (the local cloud) the number is told alone.
    """
    sqs, prefix = cloud.client("sqs"), full_name(cloud.stage, "")
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix)
    urls = {url.rpartition("/")[2]: url for page in pages for url in page.get("QueueUrls", [])}
    worked_off = {name: url for name, url in sorted(urls.items()) if not name.endswith(dead_letters.SUFFIX)}
    ages = oldest_s(cloud, list(worked_off), now)
    for name, url in worked_off.items():
        count, age = peeking.waiting(sqs, url), ages.get(name)
        late = age is not None and age > wiring.BACKLOG_AGE_S
        known = UNKNOWN_AGE if age is None else f"the oldest {dead_letters.age_in_words(int(age))}"
        command = of_stage(f"linli logs {short(name, cloud)} --errors", cloud) if count or late else ""
        state = f"{count}, {known}" if count or late else "0"
        yield Line("queues", short(name, cloud), state, command, acts=late)


def oldest_s(cloud: Cloud, queues: list[str], now: datetime) -> dict[str, float]:
    """How long the oldest message of each queue has waited, in seconds, as SQS measured it last."""
    metric = {"Namespace": "AWS/SQS", "MetricName": "ApproximateAgeOfOldestMessage"}
    asked = [
        {
            "Id": f"q{number}",
            "MetricStat": {
                "Metric": {**metric, "Dimensions": [{"Name": "QueueName", "Value": name}]},
                "Period": 60,
                "Stat": "Maximum",
            },
        }
        for number, name in enumerate(queues)
    ]
    found: dict[str, float] = {}
    cloudwatch = cloud.client("cloudwatch")
    for begin in range(0, len(asked), ASKED_AT_ONCE):
        answer = cloudwatch.get_metric_data(
            MetricDataQueries=asked[begin : begin + ASKED_AT_ONCE],
            StartTime=now - MINUTES_OF_AGE,
            EndTime=now,
            ScanBy="TimestampDescending",
        )
        for each in answer["MetricDataResults"]:
            if each["Values"]:
                found[queues[int(each["Id"][1:])]] = each["Values"][0]
    return found


def of_sweeps(cloud: Cloud, now: datetime) -> Iterator[Line]:
    """Each function that runs every minute: whether it has said something lately, by its log; and whether
    care's has gone through, by its beat, as the watchdog sees it.
    """
    events, logs = cloud.client("events"), cloud.client("logs")
    rules = events.get_paginator("list_rules").paginate(NamePrefix=full_name(cloud.stage, ""))
    minutely = [
        each for page in rules for each in page["Rules"] if each.get("ScheduleExpression") == EVERY_MINUTE
    ]
    for rule in minutely:
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
            function = target["Arn"].partition(":function:")[2].partition(":")[0]
            yield sweep(cloud, logs, function, (rule["Name"], rule["State"]), now)
    yield from watched_over(cloud, now)


def sweep(cloud: Cloud, logs: Any, function: str, schedule: tuple[str, str], now: datetime) -> Line:
    """One function that runs every minute; of its schedule the rule's name and state."""
    rule, state = schedule
    name, since_ms = short(function, cloud), int((now.timestamp() - SILENT_S) * 1000)
    command = of_stage(f"linli logs {name} --all --since 1h", cloud)
    if state != "ENABLED":
        command = of_aws(f"events enable-rule --name {rule}", cloud)
        return Line("sweeps", name, f"its schedule is {state}", command, acts=True)
    if next(events_since(logs, f"/aws/lambda/{function}", since_ms), None) is None:
        silent = f"has said nothing for {SILENT_S // 60} minutes"
        return Line("sweeps", name, silent, command, acts=True)
    return Line("sweeps", name, "runs")


def watched_over(cloud: Cloud, now: datetime) -> Iterator[Line]:
    """Whether the sweep of care, which watches over people, has gone through: it may run and fail."""
    service = "care"
    if full_name(cloud.stage, f"{service}-state") not in stacks.stacks_of(cloud):
        return
    row = cloud.client("dynamodb").get_item(
        TableName=full_name(cloud.stage, service), Key=raw_key(*BeatRow.key())
    )
    at = datetime.fromisoformat(row["Item"]["at"]["S"]) if "Item" in row else None
    missed = is_missed(at, now)
    age = "" if at is None else dead_letters.age_in_words(max(0, int((now - at).total_seconds())))
    gone = f"care's sweep went through {age} ago" if at else "care's sweep has never gone through"
    command = of_stage("linli runbook care-sweep-missed", cloud) if missed else ""
    yield Line("sweeps", "people watched over", gone, command, acts=missed)


def of_refunds(cloud: Cloud, _: datetime) -> Iterator[Line]:
    """Refunds that only a person can finish, of each community that has a merchant."""
    if full_name(cloud.stage, "payments-state") not in stacks.stacks_of(cloud):
        return
    table, dynamodb = full_name(cloud.stage, "payments"), cloud.client("dynamodb")
    pk, _ignored = ReconciledRow.key("any")
    communities = [item["sk"]["S"] for item in queried(dynamodb, TableName=table, **equal("pk", pk))]
    for community in communities:
        shelf = RefundRow.in_state(community, "stuck")
        rows = queried(dynamodb, TableName=table, IndexName="by_shelf", **equal("shelf", shelf))
        found = [RefundRow.from_raw_data(item).refund for item in rows]
        stuck = [each for each in found if each.state == "stuck"]
        for each in stuck:
            yield Line(
                "refunds",
                f"{community}/{each.intent}/{each.refund}",
                f"stuck since {each.requested_at:%Y-%m-%d}, {each.amount_fen} fen by {each.provider}",
                of_stage("linli runbook payments-refunds-need-somebody", cloud),
                acts=True,
            )
        if len(found) > len(stuck):
            yield Line(
                "refunds", community, f"{len(found) - len(stuck)} failed in all, free to be asked anew"
            )


def of_copies(cloud: Cloud, _: datetime) -> Iterator[Line]:
    """Tables that were restored beside others: they hold what people have said, until somebody drops them."""
    for each in copies(cloud):
        state = f"as of {each.at:%Y-%m-%dT%H:%M:%SZ}, {'there' if each.ready else 'being restored'}"
        yield Line("copies", each.name, state, of_stage(f"linli restore {each.service} --drop", cloud))


def queried(dynamodb: Any, **query: Any) -> Iterator[dict[str, Any]]:
    """All items of a query."""
    for page in dynamodb.get_paginator("query").paginate(**query):
        yield from page["Items"]


def equal(attribute: str, value: str) -> dict[str, Any]:
    """The condition that a key attribute has a value."""
    return {
        "KeyConditionExpression": "#k = :v",
        "ExpressionAttributeNames": {"#k": attribute},
        "ExpressionAttributeValues": {":v": {"S": value}},
    }


def raw_key(pk: str, sk: str) -> dict[str, dict[str, str]]:
    """A row's key as DynamoDB has it."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


PARTS: dict[str, Part] = {
    "stacks": of_stacks,
    "alarms": of_alarms,
    "listeners": of_listeners,
    "dead letters": of_dead_letters,
    "queues": of_queues,
    "sweeps": of_sweeps,
    "refunds": of_refunds,
    "copies": of_copies,
}
