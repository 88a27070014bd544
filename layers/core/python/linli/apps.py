"""The Chalice app of a project: the actions it is made of, and the relay of its service's outbox."""

import os
from collections.abc import Iterable
from importlib import import_module

from chalice.app import Chalice

from linli import relay
from linli.bodies import PARTS
from linli.triggers import FILE_ROUTES


def assembled(project: str, actions: Iterable[str]) -> Chalice:
    """The app of a project; a part of a service, `<service>-<part>`, leaves the relay to the service's own.

    A blueprint can be registered once: there is one app of each project in a process.
    """
    service = project.partition("-")[0]
    app = Chalice(app_name=f"linli-{project}", configure_logs=False)
    modules = [f"functions.{service}.{action}.handler" for action in actions]
    for module in modules:
        app.register_blueprint(import_module(module).blueprint)
    if project == service:
        app.register_blueprint(relay.blueprint)
    if FILE_ROUTES.intersection(modules):
        app.api.binary_types.append(PARTS)  # what is sent arrives byte for byte
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        from linli import snapshots  # noqa: PLC0415  nobody else pays for it

        snapshots.offer(app)
    return app
