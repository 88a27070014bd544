"""docs/actions.md: every action of every service, what it does and what starts it. All of it is made."""

from pathlib import Path

from linli_cli.develop.actions import Action, Start, actions, bus_rules, starts, topic_rules
from linli_cli.layout import ROOT, services

PAGE = Path("docs/actions.md")
INTRODUCTION = """\
# What Linli does

Made from the code: what each action does is the `Result:` of its docstring, whose `Trigger:` and `Rule:` say
the rest. `make replay EVENT=events/<service>/<action>` sends its samples, `linli sample show <file>` says
what one holds.

| trigger | what starts it |
| --- | --- |
| http | a person, or another system, asks |
| mqtt | a device says something: the function is called, or it waits in the action's queue |
| bus | a fact of a service, through the action's queue |
| queue | a task that an action of its own service left, or a file that was put into a bucket |
| schedule | the clock |
| call | another function, API Gateway or our operations invoke it by name |
"""
WORDS: dict[Start, str] = {"queue": "queue", "invocation": "call"}


def page(root: Path = ROOT) -> str:
    """The whole page."""
    parts = [section(service, root) for service in sorted(services(root))]
    return "\n".join([INTRODUCTION, *parts])


def section(service: str, root: Path = ROOT) -> str:
    """A service's actions, a line each: its folder, what it does, what starts it, a sample to replay."""
    lines = [f"## [{service}](../functions/{service}/README.md)", ""]
    lines += ["| action | what it does | trigger | sample |", "| --- | --- | --- | --- |"]
    words = triggers(service, root)
    own = [each for each in actions(root) if each.service == service]
    return "\n".join([*lines, *(line_of(each, words.get(each.name, ())) for each in own), ""])


def line_of(action: Action, words: tuple[str, ...]) -> str:
    """`Result:` as it stands in the docstring, without its full stop."""
    result = action.sentences.get("Result", "").rstrip(".").replace("|", "\\|")
    folder = action.folder.relative_to(action.root).as_posix()
    samples = action.samples
    sample = samples[0].path.relative_to(action.root).as_posix() if samples else ""
    shown = f"[{samples[0].path.name}](../{sample})" if samples else "none yet"
    return f"| [{action.name}](../{folder}) | {result} | {', '.join(words)} | {shown} |"


def triggers(service: str, root: Path = ROOT) -> dict[str, tuple[str, ...]]:
    """What starts each action of a service, in a word each. A queue is named for who fills it."""
    by_rule = {rule.action for rule in topic_rules(service, root)}
    by_fact = {rule.queue for rule in bus_rules(service, root)}
    found = {}
    for action, begun in starts(service, root).items():
        filled = {"mqtt"} & ({"mqtt"} if action in by_rule else set())
        filled |= {"bus"} if action in by_fact else set()
        words = {WORDS.get(each, each) for each in begun if each != "queue" or not filled}
        found[action] = tuple(sorted(words | filled))
    return found
