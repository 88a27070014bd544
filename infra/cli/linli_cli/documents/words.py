"""The codes that people are shown: outcomes, reasons, problems, states. Catalogues have words for each."""

import importlib
from functools import cache
from pathlib import Path
from typing import get_args

from linli.permissions import Role
from linli.vocabulary.devices import EVERY_KIND
from linli.words import LANGUAGES, catalogue
from linli_cli.documents import sentences
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, services
from linli_cli.reading.following import Following
from linli_cli.reading.messages import spoken
from linli_cli.reading.outcomes import followed, outcomes_of, problems_of

STATES = {  # what has states, and where their names are declared
    "functions.maintenance.tickets.models": ("State", "PauseReason", "Capacity"),
    "functions.maintenance.tickets.moves": ("Command", "ClockName"),
    "functions.care.timeline.models": ("Capacity", "What"),
    "linli.escalation.models": ("Command",),
    "linli.messages.gateways": ("Channel",),
    "functions.payments.books.orders": ("IntentState", "RefundState"),
    "functions.payments.books.settlement": ("Mismatch",),
    "linli.escalation.alerts": ("State",),
    "functions.health.fever_check.models": ("Status",),
    "linli.vocabulary.care": ("AlertOutcome", "AlertReason"),
    "functions.access.holders.standing": ("Block", "HealthCode"),
    "functions.access.gates.models": ("CredentialKind",),
    "functions.care.tending.duties": ("DutyKind",),
    "functions.care.tending.visits": ("VisitOutcome",),
    "functions.care.relative.models": ("How",),
    "functions.devices.life.vitals": ("FaultName",),
    "functions.devices.device.models": ("Status", "Life"),
    "functions.payments.statements.discrepancies": ("What",),
    "functions.utilities.intake.models": ("Refusal",),
    "functions.utilities.meters.models": ("Medium",),
    "linli.vocabulary.maintenance": ("Priority",),
    "linli.vocabulary.payments": ("Provider", "Means"),
    "functions.maintenance.reports.models": ("Kind", "Category", "Skill", "Source"),
    "functions.insight.board.models": ("Kind", "Severity", "Code"),
}


@cache
def codes_of_all(root: Path = ROOT) -> dict[str, str]:
    """Every code that an answer can hold, and where it comes from first."""
    found: dict[str, str] = {}
    for service in sorted(services(root)):
        for action, words in outcomes_of(service, root).items():
            found |= {word: f"{service}/{action}" for word in sorted(words) if word not in found}
        found |= {slug: f"{service}, problem" for slug in problems_of(service, root) if slug not in found}
    for said in spoken(root):
        if "reason" in said.answer.model_fields:
            following: Following = followed(said.service, root)
            reasons = following.member_returned(said.place, "reason")
            found |= {word: f"{said.action.name}, reason" for word in sorted(reasons) if word not in found}
    for module, names in STATES.items():
        for name in names:
            declared = getattr(importlib.import_module(module), name)
            stated = [word for word in get_args(declared) if isinstance(word, str)]
            found |= {word: f"{module}.{name}" for word in stated if word not in found}
    found |= {role.value: "linli.permissions.Role" for role in Role if role.value not in found}
    found |= {kind: "linli.vocabulary.devices" for kind in sorted(EVERY_KIND) if kind not in found}
    return found


def check_words(root: Path = ROOT) -> None:
    """Raise CommandError unless every catalogue has words for every code, and for all that code says."""
    complaints = []
    for language in LANGUAGES:
        known = catalogue(language)["codes"]
        missing = [
            f"{code} ({where})" for code, where in sorted(codes_of_all(root).items()) if not known.get(code)
        ]
        if missing:
            complaints.append(f"layers/core/python/linli/words/{language}.json lacks: {', '.join(missing)}")
    complaints += sentences.complaints(root)
    if complaints:
        raise CommandError("\n".join(complaints))
