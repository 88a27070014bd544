"""What to do when an alarm rings: beside the alarm, as `Metadata: {Runbook: …}`, told by `linli runbook`.

A runbook has `Means` (what is the matter, and for whom), `Look` (commands, as for the local cloud) and `Do`.
Those of alarms that every service has are here; `NAME` is `<service>-<action>`, or the service's, or its
project's.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

Runbook = Mapping[str, Any]
KEY = "Runbook"
PARTS = ("Means", "Look", "Do")
POINTS = ". What to do: "
DEAD_LETTERS, BACKLOG, ERRORS, API_5XX = "dead-letters", "backlog", "errors", "api-5xx"
OF_ALL = """
dead-letters:
  Means: >-
    Messages could not be processed and wait for somebody. None of them is lost: they are kept for 14 days.
  Look:
    - "linli dlq list NAME  # what, since when, and why"
    - "linli logs NAME --errors --since 1h"
  Do:
    - >-
      The reason is ours (a fault, a right, a service that was down): mend it, then `linli dlq redrive NAME`.
      What has had its effect changes nothing when it comes again.
    - >-
      The message makes no sense and never will: tell who sent it, then `linli dlq discard NAME`.
    - >-
      Hundreds at once: send one again first (`linli dlq redrive NAME --max 1`), the others once it went well.
backlog:
  Means: >-
    Messages wait for longer than five minutes: their worker stands still, fails and tries again, or is too
    slow. Nothing is lost yet: a queue keeps them for four days.
  Look:
    - "linli status  # how many wait, and how old the oldest is"
    - "linli logs NAME --since 30m"
    - "linli logs NAME --errors --since 1h"
  Do:
    - >-
      No line for minutes: the event source is disabled, or no executions of Lambda are left: look at the
      function's `Throttles` and the account's quota (docs/operating.md, Executions).
    - >-
      Errors that repeat: whoever it asks is down, or what was deployed last is wrong: `linli rollback STACK`.
    - >-
      It works and is too slow: many devices came back at once. It passes: watch the age fall.
errors:
  Means: >-
    An action of NAME ends in errors that nobody foresaw, again and again: a fault of ours.
  Look:
    - "linli logs NAME-api --errors --since 30m  # and each action of NAME that `linli status` names"
    - "linli status"
  Do:
    - >-
      It began with a deployment: `linli rollback NAME` brings back what was deployed before.
    - >-
      Else keep the correlation id and the error: `linli logs NAME-api --request ID` has all of that attempt.
      Messages that were lost on the way are dead letters, which have alarms of their own.
api-5xx:
  Means: >-
    More than one request in twenty to NAME fails on our side: people see that it does not work.
  Look:
    - "linli logs NAME-api --errors --since 30m"
    - "linli logs directory-authorizer --errors --since 30m  # when all APIs fail: no token can be judged"
    - "linli status"
  Do:
    - >-
      It began with a deployment: `linli rollback NAME` brings back what was deployed before.
    - >-
      503 `unavailable`: a table or a provider does not answer, and callers are told to try again. Look at the
      health page of AWS for the region.
    - >-
      429 or throttled functions: raise the account's quota of executions (docs/operating.md, Executions).
"""


def of_kind(kind: str, name: str) -> Runbook:
    """The runbook of an alarm that every service has."""
    return _of_all(name)[kind]


@cache
def _of_all(name: str) -> dict[str, Runbook]:
    runbooks: dict[str, Runbook] = yaml.safe_load(OF_ALL.replace("NAME", name))
    return runbooks


def pointer(description: str, alarm: str) -> dict[str, str]:
    """An alarm's description that names its runbook, as somebody types it at 3 a.m. in this stage."""
    return {"Fn::Sub": f"{description}{POINTS}linli runbook {alarm} --stage ${{Stage}}"}
