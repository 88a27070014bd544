"""Which local cloud is in use: the embedded one, unless LocalStack was asked for and not stopped since."""

from enum import StrEnum
from pathlib import Path

from linli_cli.layout import base, engine_file
from linli_cli.local.embedded_cloud import EmbeddedCloud
from linli_cli.local.local_cloud import DEFAULT_MQTT_PORT, DEFAULT_PORT, LocalCloud
from linli_cli.local.real_localstack import RealLocalStack


class Engine(StrEnum):
    """The local clouds, as the command line names them."""

    EMBEDDED = "embedded"
    LOCALSTACK = "localstack"


KINDS: dict[Engine, type[LocalCloud]] = {
    Engine.EMBEDDED: EmbeddedCloud,
    Engine.LOCALSTACK: RealLocalStack,
}


def in_use() -> Engine:
    """The one that was started last and, being LocalStack, not stopped since."""
    return Engine(engine_file().read_text(encoding="utf-8")) if engine_file().exists() else Engine.EMBEDDED


def use(engine: Engine) -> None:
    """From now on commands are about this one."""
    base().mkdir(parents=True, exist_ok=True)
    if engine == Engine.EMBEDDED:
        engine_file().unlink(missing_ok=True)
    else:
        engine_file().write_text(engine, encoding="utf-8")


def home_of(engine: Engine) -> Path:
    """The folder of one of them: the embedded one's is the base of all."""
    return base() if engine == Engine.EMBEDDED else base() / engine


def of(engine: Engine, port: int = DEFAULT_PORT, mqtt_port: int = DEFAULT_MQTT_PORT) -> LocalCloud:
    """One of them. All are installed in one place."""
    return KINDS[engine](home_of(engine), port, mqtt_port, venvs=base() / "venvs")


def local_cloud(port: int = DEFAULT_PORT, mqtt_port: int = DEFAULT_MQTT_PORT) -> LocalCloud:
    """The one in use."""
    return of(in_use(), port, mqtt_port)
