"""The stack with the pages: its template, and what of the built pages is where in its bucket.

A build is named for its content and kept under `builds/NAME/`; what has a name of its own in each build,
`assets/`, is there once for all. The pages that stand at the bucket's root are copies of one build: they are
the pointer, asked for again each time, so that going back is copying another build's.
"""

import json
import mimetypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from botocore.exceptions import ClientError

from linli_cli.cloud import Cloud
from linli_cli.deploy import digest, templates, wiring
from linli_cli.deploy.archive import read_tree
from linli_cli.deploy.browsers import content_security_policy
from linli_cli.deploy.templates import Template
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, build, infra, projects

CONSOLE = "console"
DIRECTORY = "directory"
CLIENTS = ("console", "home")
"""The pages that people sign in with; each one's redirect URI is /<client>/."""
DEFAULT_LANGUAGE = "zh-CN"
DEFAULT_SCOPE = "openid"
ASSETS, BUILDS, POINTER, CONFIG = "assets/", "builds/", "index.json", "config.json"
KEPT_FOR_EVER = "public, max-age=31536000, immutable"
ASKED_AGAIN = "no-cache"
PHOTOS = tuple(
    f"https://linli-${{Stage}}-maintenance-photos-${{AWS::AccountId}}.{host}.${{AWS::URLSuffix}}"
    for host in ("s3.${AWS::Region}", "s3")
)
NOT_CACHED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # AWS's CachingDisabled
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"  # AWS's AllViewerExceptHostHeader
METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
DISCOVERY_S = 10.0
METADATA = ("issuer", "authorization_endpoint", "token_endpoint", "end_session_endpoint", "jwks_uri")
# What a gateway without CloudFront answers with, by the path of it.
GATEWAY_PATHS = {
    "/": "index.html",
    "/console": "console/index.html",
    "/home": "home/index.html",
    "/config.json": CONFIG,
    "/assets/{name}": "assets/{name}",
    "/docs": "docs/index.html",
    "/docs/{name+}": "docs/{name}",
}
CSP = "Content-Security-Policy"
FIXED_HEADERS = {
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True)
class Build:
    """Pages as built, by their paths."""

    name: str
    files: Mapping[str, bytes]


def exists(root: Path = ROOT) -> bool:
    return (infra(root) / CONSOLE / "template.yaml").exists()


def own_parameters(root: Path = ROOT) -> dict[str, Any]:
    """What somebody may tell this stack."""
    if not exists(root):
        return {}
    declared = written(root)["Parameters"]
    return {name: each for name, each in declared.items() if name not in ("Stage", "SignInOrigins")}


def written(root: Path) -> Template:
    """The template without what follows from the services."""
    return templates.load(infra(root) / CONSOLE / "template.yaml")


def template(root: Path = ROOT, *, distributed: bool = True) -> Template:
    """The whole template: each project's API has its path at the one address.

    `distributed`: by CloudFront, else by a custom domain of API Gateway.
    """
    base = written(root)
    policy = {"Fn::Sub": content_security_policy(["${SignInOrigins}"], PHOTOS)}
    headers = base["Resources"]["Headers"]["Properties"]["ResponseHeadersPolicyConfig"][
        "SecurityHeadersConfig"
    ]
    headers["ContentSecurityPolicy"] = {"ContentSecurityPolicy": policy, "Override": True}
    distribution = base["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    distribution["Origins"] = [pages_origin(), *(api_origin(project) for project in projects(root))]
    distribution["CacheBehaviors"] = [behaviour(project) for project in projects(root)]
    apis = {api_parameter(project): {"Type": "String"} for project in projects(root)}
    mappings = {f"{api_parameter(project)}Mapping": mapping(project) for project in projects(root)}
    whole = templates.merge(base, {"Parameters": apis, "Resources": mappings | gateway()})
    if not distributed:  # and then a name of one's own has to be given
        for name in ("DomainName", "CertificateArn"):
            del whole["Parameters"][name]["Default"]
    chosen: Template = judged(whole, {"Distributed": distributed, "Gateway": not distributed})
    unused = ("CloudFront",) if distributed else ("CloudFront", "SignInOrigins")
    for name in unused:
        del chosen["Parameters"][name]
    if not distributed:
        del chosen["Conditions"]
    chosen["Outputs"]["CloudFront"] = {"Value": "true" if distributed else "false"}
    return chosen


LEFT_OUT = {"Ref": "AWS::NoValue"}


def judged(node: Any, conditions: Mapping[str, bool]) -> Any:
    """A template in which these conditions are decided: a region may not even know what is of another way."""
    if isinstance(node, list):
        pairs = [(each, judged(each, conditions)) for each in node]
        return [new for old, new in pairs if new != LEFT_OUT or old == LEFT_OUT]
    if not isinstance(node, dict):
        return node
    if "Fn::If" in node and node["Fn::If"][0] in conditions:
        name, yes, no = node["Fn::If"]
        return judged(yes if conditions[name] else no, conditions)
    kept = {
        key: each
        for key, each in node.items()
        if not (isinstance(each, dict) and conditions.get(str(each.get("Condition"))) is False)
    }
    return {
        key: judged(each, conditions)
        for key, each in kept.items()
        if not (key == "Condition" and isinstance(each, str) and each in conditions)
    }


def is_distributed(cloud: Cloud, said: str | None) -> bool:
    """Whether CloudFront is in front: as was said, else everywhere but in China."""
    return said == "true" if said else not cloud.region.startswith("cn-")


def api_parameter(project: str) -> str:
    """`PaymentsCallbackApi`: the id of a project's API."""
    return "".join(part.title() for part in project.split("-")) + "Api"


def pages_origin() -> dict[str, Any]:
    return {
        "Id": "pages",
        "DomainName": {"Fn::GetAtt": ["Pages", "RegionalDomainName"]},
        "OriginAccessControlId": {"Ref": "PagesAccess"},
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }


def api_origin(project: str) -> dict[str, Any]:
    address = f"${{{api_parameter(project)}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}"
    return {
        "Id": project,
        "DomainName": {"Fn::Sub": address},
        "OriginPath": f"/{wiring.API_STAGE}",
        "CustomOriginConfig": {"OriginProtocolPolicy": "https-only", "OriginSSLProtocols": ["TLSv1.2"]},
    }


def behaviour(project: str) -> dict[str, Any]:
    """Nothing of an API is kept on the way, and all of a request but its host goes through."""
    return {
        "PathPattern": f"/api/{project}/*",
        "TargetOriginId": project,
        "AllowedMethods": METHODS,
        "ViewerProtocolPolicy": "https-only",
        "CachePolicyId": NOT_CACHED,
        "OriginRequestPolicyId": ALL_BUT_HOST,
        "ResponseHeadersPolicyId": {"Ref": "Headers"},
        "FunctionAssociations": [
            {"EventType": "viewer-request", "FunctionARN": {"Fn::GetAtt": ["ApiPath", "FunctionARN"]}}
        ],
    }


def mapping(project: str) -> dict[str, Any]:
    """The same without CloudFront."""
    return {
        "Type": "AWS::ApiGatewayV2::ApiMapping",
        "Condition": "Gateway",
        "Properties": {
            "ApiId": {"Ref": api_parameter(project)},
            "DomainName": {"Ref": "Domain"},
            "ApiMappingKey": f"api/{project}",
            "Stage": wiring.API_STAGE,
        },
    }


def gateway() -> dict[str, Any]:
    """An API that reads the bucket; a deployment of it is named for what it deploys."""
    body = {
        "openapi": "3.0.1",
        "info": {"title": {"Fn::Sub": "linli-${Stage}-pages"}, "version": "1"},
        "x-amazon-apigateway-binary-media-types": ["*/*"],
        "paths": {path: {"get": read(key)} for path, key in GATEWAY_PATHS.items()},
    }
    api = {
        "Type": "AWS::ApiGateway::RestApi",
        "Condition": "Gateway",
        "Properties": {
            "Name": {"Fn::Sub": "linli-${Stage}-pages"},
            "EndpointConfiguration": {"Types": ["REGIONAL"]},
            "Body": body,
        },
    }
    deployment = f"PagesDeployment{digest.of_json(body)[:10]}"
    return {
        "PagesApi": api,
        deployment: {
            "Type": "AWS::ApiGateway::Deployment",
            "Condition": "Gateway",
            "Properties": {"RestApiId": {"Ref": "PagesApi"}},
        },
        "PagesStage": {"Properties": {"DeploymentId": {"Ref": deployment}}},
    }


def read(key: str) -> dict[str, Any]:
    """An operation that answers with an object of the bucket. Its policy is the object's own."""
    names = [part.strip("{}") for part in key.split("/") if part.startswith("{")]
    shown = {"Content-Type", "Cache-Control", "ETag", CSP, *FIXED_HEADERS}
    response = {
        "statusCode": "200",
        "responseParameters": {
            **{f"method.response.header.{name}": f"'{value}'" for name, value in FIXED_HEADERS.items()},
            **{
                f"method.response.header.{name}": f"integration.response.header.{name}"
                for name in ("Content-Type", "Cache-Control", "ETag")
            },
            f"method.response.header.{CSP}": "integration.response.header.x-amz-meta-policy",
        },
    }
    missing = {"statusCode": "404"}
    uri = f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:s3:path/${{Pages}}/{key}"
    return {
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
        ],
        "responses": {
            "200": {
                "description": "The page",
                "headers": {name: {"schema": {"type": "string"}} for name in sorted(shown)},
            },
            "404": {"description": "There is none"},
        },
        "x-amazon-apigateway-integration": {
            "type": "aws",
            "httpMethod": "GET",
            "credentials": {"Fn::GetAtt": ["PagesRole", "Arn"]},
            "uri": {"Fn::Sub": uri},
            "requestParameters": {
                f"integration.request.path.{name}": f"method.request.path.{name}" for name in names
            },
            "responses": {"2\\d{2}": response, "default": missing},
        },
    }


def told(outputs: Mapping[str, Mapping[str, str]], root: Path = ROOT) -> dict[str, str]:
    """The ids of the APIs, of the outputs by project. Raises CommandError naming a service without one."""
    missing = [project for project in projects(root) if "RestAPIId" not in outputs.get(project, {})]
    if missing:
        raise CommandError(f"stack {CONSOLE} needs the API of {', '.join(missing)}: deploy that first")
    return {api_parameter(project): outputs[project]["RestAPIId"] for project in projects(root)}


def discovered(issuer: str) -> dict[str, str]:
    """What an issuer says of itself, as far as pages have to know. Raises CommandError."""
    address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        answer = requests.get(address, timeout=DISCOVERY_S)
        answer.raise_for_status()
        said = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise CommandError(f"the token issuer does not say where to sign in, at {address}: {error}") from None
    if not isinstance(said, dict) or said.get("issuer") != issuer:
        raise CommandError(f"{address} is about another issuer than {issuer}")
    lacking = [name for name in METADATA[1:3] if not str(said.get(name, "")).startswith("https://")]
    if lacking:
        raise CommandError(f"{address} does not say {', '.join(lacking)}")
    return {name: str(said[name]) for name in METADATA if said.get(name)}


def origins(metadata: Mapping[str, str]) -> list[str]:
    """Where pages ask the issuer."""
    addresses = (urlsplit(value) for value in metadata.values())
    return sorted({f"{each.scheme}://{each.netloc}" for each in addresses})


def policy(cloud: Cloud, sign_in: list[str]) -> str:
    """The policy of a stage's pages, as the template has it."""
    china = cloud.region.startswith("cn-")
    given = {
        "Stage": cloud.stage,
        "AWS::AccountId": cloud.account,
        "AWS::Region": cloud.region,
        "AWS::URLSuffix": "amazonaws.com.cn" if china else "amazonaws.com",
    }
    photos = list(PHOTOS)
    for name, value in given.items():
        photos = [each.replace(f"${{{name}}}", value) for each in photos]
    return content_security_policy(sign_in, photos)


def asked_with(said: str) -> dict[str, str]:
    """What pages ask an issuer for besides: the stack's output, without what nobody has said."""
    return {name: value for name, value in json.loads(said).items() if value}


def config(
    stage: str,
    metadata: Mapping[str, Any],
    services: list[str],
    clients: Mapping[str, str] | None = None,
    sign_in: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """`/config.json`: what pages are told, so that no build knows its stage.

    `sign_in`: the `scope` that they ask the issuer for, and its `audience` or `resource` if it wants one.
    """
    return {
        "stage": stage,
        "issuer": {"metadata": dict(metadata), "scope": DEFAULT_SCOPE, **(sign_in or {})},
        "clients": dict(clients or {client: client for client in CLIENTS}),
        "services": sorted(services),
        "default_language": DEFAULT_LANGUAGE,
    }


def built(root: Path = ROOT) -> Build | None:
    """What was built of pages and documents; None where there are no pages."""
    folder = root / "functions/console/web/dist"
    if not (folder / "index.html").is_file():
        return None
    documents = build(root) / "documents"
    files = read_tree(folder, skip_suffixes=())
    if documents.is_dir():
        files |= {f"docs/{name}": content for name, content in read_tree(documents, skip_suffixes=()).items()}
    return Build(digest.of_files(files), files)


def publish(s3: Any, bucket: str, made: Build, settings: Mapping[str, Any], policy: str) -> None:
    """Put a build into the bucket and point to it. Assets first: no page is seen before what it needs."""
    for path, content in sorted(made.files.items(), key=lambda each: not each[0].startswith(ASSETS)):
        if path.startswith(ASSETS):
            put(s3, bucket, path, content, policy)
        else:
            put(s3, bucket, f"{BUILDS}{made.name}/{path}", content, policy)
    put(s3, bucket, CONFIG, json.dumps(settings, ensure_ascii=False).encode(), policy)
    point(s3, bucket, made.name)


def put(s3: Any, bucket: str, key: str, content: bytes, policy: str) -> None:
    kept = KEPT_FOR_EVER if key.startswith(ASSETS) else ASKED_AGAIN
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    text = "; charset=utf-8" if kind.startswith("text/") else ""
    s3.put_object(
        Bucket=bucket,
        Key=key,
        Body=content,
        ContentType=f"{kind}{text}",
        CacheControl=kept,
        Metadata={"policy": policy},
    )


def point(s3: Any, bucket: str, name: str) -> None:
    """From now on this build is seen. Raises CommandError if it is not in the bucket."""
    prefix = f"{BUILDS}{name}/"
    paths = [key.removeprefix(prefix) for key, _ in keys(s3, bucket, prefix)]
    if "index.html" not in paths:
        raise CommandError(f"there is no build {name}: `linli pages` lists them")
    for path in sorted(paths, key=lambda each: each.endswith("index.html")):
        s3.copy_object(Bucket=bucket, Key=path, CopySource={"Bucket": bucket, "Key": prefix + path})
    pointer = json.dumps({"build": name}).encode()
    s3.put_object(
        Bucket=bucket, Key=POINTER, Body=pointer, ContentType="application/json", CacheControl=ASKED_AGAIN
    )


def pointed(s3: Any, bucket: str) -> str:
    """The build that is seen; empty before the first."""
    try:
        found = s3.get_object(Bucket=bucket, Key=POINTER)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return ""
        raise
    return str(json.loads(found["Body"].read())["build"])


def builds(s3: Any, bucket: str) -> list[tuple[str, datetime]]:
    """All builds that are there, the newest first, and since when."""
    found = {
        key.removeprefix(BUILDS).partition("/")[0]: when
        for key, when in keys(s3, bucket, BUILDS)
        if key.count("/") == 2 and key.endswith("/index.html")  # noqa: PLR2004  builds/NAME/index.html
    }
    return sorted(found.items(), key=lambda each: each[1], reverse=True)


def keys(s3: Any, bucket: str, prefix: str) -> Iterator[tuple[str, datetime]]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for each in page.get("Contents", []):
            yield each["Key"], each["LastModified"]
