"""What is made of what triggers say: whatever they are, nothing that comes to an action can be lost."""

import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.naming import logical_id
from linli.vocabulary.devices import EVERY_KIND
from linli_cli.deploy import declared, deriving, packaging, templates, wiring
from linli_cli.deploy.declared import BY_DEVICES, QUEUED, Declared
from linli_cli.deploy.templates import text_of
from linli_cli.develop.actions import actions, app_of, starts, topic_rules
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, actions_of, projects, projects_of, service_of, services

WORDS = st.lists(st.text("abcxyz", min_size=1, max_size=5), min_size=1, max_size=3).map("_".join)
KINDS = st.sampled_from(sorted(EVERY_KIND))
NEEDS = st.fixed_dictionaries(
    {},
    optional={
        "timeout_s": st.integers(1, 900),
        "memory_mb": st.integers(128, 3008),
        "tries": st.integers(2, 20),
    },
)


@st.composite
def triggers(draw: st.DrawFn) -> Declared:
    """A trigger of any kind that an action can declare."""
    start = draw(st.sampled_from([*QUEUED, "call", "device_call", "clock"]))
    spoken = st.dictionaries(WORDS, st.lists(KINDS, min_size=1, unique=True), min_size=1, max_size=3)
    believes = draw(spoken) if start in BY_DEVICES else {}
    facts = draw(st.lists(WORDS, min_size=1, max_size=3, unique=True)) if start == "bus_queue" else []
    timed = start == "clock" or (start == "task_queue" and draw(st.booleans()))
    schedule = "rate(1 minute)" if timed else ""
    return Declared(draw(WORDS), start, believes, tuple(facts), schedule, "", draw(NEEDS))


some = st.lists(triggers(), max_size=4, unique_by=lambda each: each.action.replace("_", ""))


def state_of(said: list[Declared]) -> dict[str, Any]:
    resources: dict[str, Any] = wiring.wire_state(deriving.state("some", said), "some")["Resources"]
    return resources


@given(some)
def test_every_trigger_has_dead_letters_and_an_alarm_over_them(said: list[Declared]) -> None:
    state = state_of(said)
    for name in [*(logical_id(each.action) for each in said), "Relay"]:
        assert state[f"{name}Dlq"]["Properties"]["MessageRetentionPeriod"] == 14 * 24 * 3600
        watched = state[f"{name}DlqAlarm"]["Properties"]["Dimensions"]
        assert watched == [{"Name": "QueueName", "Value": {"Fn::GetAtt": [f"{name}Dlq", "QueueName"]}}]


@given(some)
def test_every_queue_ends_in_its_dead_letters_and_hides_what_is_worked_on(said: list[Declared]) -> None:
    state = state_of(said)
    for each in said:
        name = logical_id(each.action)
        assert (state.get(name) is not None) == each.queued
        if each.queued:
            properties = state[name]["Properties"]
            redrive = {"deadLetterTargetArn": {"Fn::GetAtt": [f"{name}Dlq", "Arn"]}}
            assert properties["RedrivePolicy"] == redrive | {"maxReceiveCount": each.needs.get("tries", 3)}
            assert properties["VisibilityTimeout"] >= 6 * each.needs.get("timeout_s", deriving.TIMEOUT_S)
            assert f"{name}BacklogAlarm" in state


@given(some)
def test_every_topic_has_a_rule_whose_failures_are_kept(said: list[Declared]) -> None:
    stack = deriving.stack("some", said, relayed=True)
    rules = [each["Properties"] for _, each in templates.of_type(stack, wiring.RULE)]
    assert len(rules) == sum(len(each.topics) for each in said)
    assert max(Counter(each["RuleName"]["Fn::Sub"] for each in rules).values(), default=1) == 1
    may_fill = templates.references(stack["Resources"].get("TopicRuleRole", {}))
    filled = [reference.replace("Url", "Arn") for reference in filled_by(rules)]
    assert set(filled) <= set(may_fill)


def filled_by(rules: list[dict[str, Any]]) -> Iterator[str]:
    for rule in rules:
        payload = rule["TopicRulePayload"]
        for action in [*payload["Actions"], payload["ErrorAction"]]:
            if "Sqs" in action:
                yield action["Sqs"]["QueueUrl"]["Ref"]


@given(some)
def test_a_rule_of_the_bus_may_fill_the_queue_that_it_is_for(said: list[Declared]) -> None:
    stack, state = deriving.stack("some", said, relayed=True)["Resources"], state_of(said)
    for each in said:
        name = logical_id(each.action)
        rule = stack.get(f"{name}Rule") if each.queued and (each.facts or each.schedule) else None
        if rule is None:
            continue
        (admitted,) = state[f"{name}Policy"]["Properties"]["PolicyDocument"]["Statement"]
        source = text_of(admitted["Condition"]["ArnEquals"]["aws:SourceArn"])
        assert source.endswith(f"-{each.action.replace('_', '-')}")
        assert ("rule/linli-${Stage}/" in source) == bool(each.facts)
        assert rule["Properties"].get("EventPattern", {}).get("detail-type", []) == list(each.facts)


@given(some)
def test_a_function_gets_what_it_asks_for_and_nothing_else(said: list[Declared]) -> None:
    made = deriving.stack("some", said, relayed=False)["Resources"]
    for each in said:
        asked = made.get(logical_id(each.action), {}).get("Properties", {})
        assert asked.get("Timeout") == each.needs.get("timeout_s")
        assert asked.get("MemorySize") == each.needs.get("memory_mb")


@given(some)
def test_a_device_may_say_what_is_believed_of_its_kind_and_nothing_else(said: list[Declared]) -> None:
    policies = deriving.device_policies(deriving.believed(said))["Resources"]
    may = {
        (text_of(policy["Properties"]["PolicyName"]).rpartition("-")[2], text_of(one).rpartition("/")[2])
        for policy in policies.values()
        for one in policy["Properties"]["PolicyDocument"]["Statement"][-1]["Resource"]
    }
    last = {topic: kinds for each in said for topic, kinds in each.believes.items()}
    assert may == {(kind, topic) for topic, kinds in last.items() for kind in kinds}


# What handlers say


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (Declared("x", "device_queue", {}, (), "", "", {}), 'functions/some/x/handler.py: .*topic="x"'),
        (Declared("x", "device_call", {}, (), "", "", {}), 'functions/some/x/handler.py: .*topic="x"'),
        (Declared("x", "device_queue", {"a/b": []}, (), "", "", {}), "lower-case words, not 'a/b'"),
        (Declared("x", "clock", {}, (), "rate(1 minutes)", "", {}), "no schedule"),
        (Declared("x", "task_queue", {}, (), "cron(0 2 3 * ?)", "", {}), "no schedule"),
        (Declared("x", "bus_queue", {}, (), "", "", {}), "which facts x takes"),
    ],
)
def test_what_a_trigger_leaves_out_is_an_error_in_one_line(said: Declared, complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint) as raised:
        declared.check("some", said)
    assert "\n" not in str(raised.value)


def repository(root: Path, decorator: str, name: str = "heard") -> Path:
    """A repository with one action of the service `some`."""
    text = f"""
        from chalice.app import Blueprint
        from linli.device_messages import DeviceEvent
        from linli.device_queues import device_queue

        blueprint = Blueprint(__name__)


        @{decorator}
        def {name}(message):
            return None
    """
    path = root / "functions" / "some" / "heard" / "handler.py"
    path.parent.mkdir(parents=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    (root / "layers").symlink_to(ROOT / "layers")
    return root


@pytest.mark.parametrize(
    ("decorator", "name", "complaint"),
    [
        ('device_queue(blueprint, DeviceEvent, believes={"meter"})', "heard", 'topic="heard"'),
        ('device_queue(blueprint, DeviceEvent, topic="x", believes={"meter"})', "listen", "not listen"),
        (
            "device_queue(blueprint, DeviceEvents)",
            "heard",
            r"name 'DeviceEvents' is not defined.*handler\.py",
        ),
    ],
)
def test_a_handler_that_cannot_be_deployed_is_named(
    decorator: str, name: str, complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match=complaint) as raised:
        declared.triggers("some", repository(tmp_path, decorator, name))
    assert "\n" not in str(raised.value)


def test_what_is_said_is_kept_until_the_sources_change(tmp_path: Path) -> None:
    root = repository(tmp_path, 'device_queue(blueprint, DeviceEvent, topic="x", believes={"meter"})')
    (before,) = declared.triggers("some", root)
    path = root / "functions" / "some" / "heard" / "handler.py"
    path.write_text(path.read_text(encoding="utf-8").replace('"x"', '"y"'), encoding="utf-8")
    (after,) = declared.triggers("some", root)
    assert (before.topics, after.topics) == (("x",), ("y",))


# All services


@pytest.mark.parametrize("service", services())
def test_no_function_is_started_by_what_no_trigger_says(service: str) -> None:
    said = {each.action for each in declared.triggers(service)}
    apps = [app_of(project) for project in projects_of(service)]
    found = {each.name for app in apps for each in [*app.pure_lambda_functions, *app.event_sources]}
    assert found - {"relay", "authorizer"} == said  # the authorizer is asked by the gateway alone


def test_a_topic_leads_to_one_action_of_all_services() -> None:
    led = Counter(rule.topic for service in services() for rule in topic_rules(service))
    assert [topic for topic, times in led.items() if times > 1] == []


def test_every_action_belongs_to_one_project() -> None:
    belongs = Counter((service_of(each), action) for each in projects() for action in actions_of(each))
    assert set(belongs.values()) == {1}
    assert set(belongs) == {(each.service, each.name) for each in actions()}
    for service in services():
        assert set(starts(service)) == {action for of, action in belongs if of == service}


@pytest.mark.parametrize("project", projects())
def test_what_is_written_down_is_not_what_is_derived(project: str) -> None:
    service = service_of(project)
    own = [each for each in declared.triggers(service) if each.action in actions_of(project)]
    derived = deriving.stack(service, own, relayed=project == service)
    pairs = [(derived, packaging.odd(project, "resources", ROOT))]
    pairs += [(deriving.state(service, own), packaging.odd(project, "state", ROOT))]
    assert [path for made, odd in pairs for path in twice(made, odd)] == []


def twice(made: Any, odd: Any, path: str = "") -> Iterator[str]:
    """The leaves of `odd` that say what `made` says already."""
    if not (isinstance(made, dict) and isinstance(odd, dict)):
        if made == odd:
            yield path
        return
    for key in made.keys() & odd.keys():
        yield from twice(made[key], odd[key], f"{path}/{key}")
