"""`python -m linli_cli.develop.lint`: cfn-lint on the template of every stack, as packaged."""

import subprocess
import sys
from pathlib import Path

from linli_cli.deploy import pages, templates
from linli_cli.deploy.packaging import foundation_template, package_all
from linli_cli.layout import ROOT, build

REGIONS = ("eu-west-1", "cn-north-1")
DISTRIBUTED = "console-cloudfront.json"  # China's CloudFormation does not know what it is made of
IGNORED = (
    "W2530",
)  # it misses SAM's AutoPublishAlias: our versions and aliases are conditional, SAM's cannot be


def lintable(root: Path = ROOT) -> list[Path]:
    """The templates of all stacks, written where cfn-lint can read them."""
    folder = build(root) / "lint"
    folder.mkdir(parents=True, exist_ok=True)
    whole = {
        folder / "foundation.json": foundation_template(root),
        folder / DISTRIBUTED: pages.template(root),
        folder / "console-gateway.json": pages.template(root, distributed=False),
    }
    for path, template in whole.items():
        path.write_text(templates.dump(template), encoding="utf-8")
    written = list(whole)
    for packaged in package_all(root=root).values():
        template = templates.load(packaged.template)
        for _, function in templates.of_type(template, "AWS::Serverless::Function"):
            function["Properties"]["CodeUri"] = {"Bucket": "artifacts", "Key": "code.zip"}
        path = folder / f"{packaged.project}.json"
        path.write_text(templates.dump(template), encoding="utf-8")
        written += [path, packaged.state_template] if packaged.state_template else [path]
    return written


def main() -> int:
    """Lint; the exit code is cfn-lint's."""
    command = [sys.executable, "-c", "from cfnlint.runner import main; main()", "--format", "parseable"]
    command += ["--ignore-checks", *IGNORED]
    paths = lintable()
    elsewhere = [path for path in paths if path.name == DISTRIBUTED]
    codes = [
        subprocess.run(
            [*command, "--regions", *regions, "--template", *map(str, some)], check=False
        ).returncode
        for regions, some in (
            (REGIONS, [path for path in paths if path not in elsewhere]),
            (REGIONS[:1], elsewhere),
        )
    ]
    if not any(codes):
        print(f"cfn-lint: {len(paths)} templates, nothing to say")
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
