"""The stack with the pages: what it lets through, what browsers are told, which build is seen."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from linli_cli.cloud import Cloud
from linli_cli.deploy import pages, stacks
from linli_cli.deploy.browsers import content_security_policy
from linli_cli.deploy.layers import Target
from linli_cli.deploy.pages import Build
from linli_cli.deploy.stacks import Deployment, Existing
from linli_cli.deploy.templates import Template, of_type
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, projects, services

BUCKET = "linli-test-console-pages"
BOTH = pytest.mark.parametrize("distributed", [True, False], ids=["cloudfront", "gateway"])


@pytest.fixture(scope="module")
def cloudfront() -> Template:
    return pages.template()


@pytest.fixture(scope="module")
def gateway() -> Template:
    return pages.template(distributed=False)


def only(template: Template, kind: str) -> Any:
    (found,) = [each["Properties"] for _, each in of_type(template, kind)]
    return found


def distribution(template: Template) -> Any:
    return only(template, "AWS::CloudFront::Distribution")["DistributionConfig"]


class TestTheTemplate:
    def test_pages_are_no_service(self) -> None:
        assert "console" not in services()
        assert "console" not in projects()

    @BOTH
    def test_nothing_of_the_other_way_is_left(self, distributed: bool) -> None:
        text = json.dumps(pages.template(distributed=distributed))
        assert '"Gateway"' not in text
        assert '"Distributed"' not in text
        assert ("AWS::CloudFront" in text) is distributed
        assert ("AWS::ApiGatewayV2" in text) is not distributed

    @BOTH
    def test_the_bucket_is_nobody_s_but_ours(self, distributed: bool) -> None:
        template = pages.template(distributed=distributed)
        bucket = only(template, "AWS::S3::Bucket")
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert len(bucket["PublicAccessBlockConfiguration"]) == 4
        assert bucket["BucketEncryption"]
        assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
        assert "WebsiteConfiguration" not in bucket
        denied, *allowed = only(template, "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
        assert denied["Effect"] == "Deny"
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        for (
            each
        ) in allowed:  # one distribution alone, and what it may not list is a 403 that looks like a refusal
            assert each["Principal"] == {"Service": "cloudfront.amazonaws.com"}
            assert "${Distribution}" in json.dumps(each["Condition"]["StringEquals"]["aws:SourceArn"])
        assert [each["Action"] for each in allowed] == (
            ["s3:GetObject", "s3:ListBucket"] if distributed else []
        )

    def test_each_service_has_its_path_and_nothing_of_it_is_kept(self, cloudfront: Template) -> None:
        found = {each["PathPattern"]: each for each in distribution(cloudfront)["CacheBehaviors"]}
        origins = {each["Id"]: each for each in distribution(cloudfront)["Origins"]}
        assert set(found) == {f"/api/{project}/*" for project in projects()}
        assert set(origins) == {"pages", *projects()}
        for project in projects():
            each, origin = found[f"/api/{project}/*"], origins[project]
            assert each["TargetOriginId"] == project
            assert each["CachePolicyId"] == pages.NOT_CACHED
            assert each["OriginRequestPolicyId"] == pages.ALL_BUT_HOST
            assert set(each["AllowedMethods"]) == {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"}
            assert each["ViewerProtocolPolicy"] == "https-only"
            assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
            assert origin["OriginPath"] == "/api"
            assert f"${{{pages.api_parameter(project)}}}" in origin["DomainName"]["Fn::Sub"]

    def test_only_the_distribution_reads_pages_and_only_by_https(self, cloudfront: Template) -> None:
        config = distribution(cloudfront)
        origin = next(each for each in config["Origins"] if each["Id"] == "pages")
        assert origin["OriginAccessControlId"] == {"Ref": "PagesAccess"}
        control = only(cloudfront, "AWS::CloudFront::OriginAccessControl")["OriginAccessControlConfig"]
        assert (control["SigningBehavior"], control["SigningProtocol"]) == ("always", "sigv4")
        assert config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"
        assert config["DefaultCacheBehavior"]["AllowedMethods"] == ["GET", "HEAD"]
        named, default = config["ViewerCertificate"]["Fn::If"][1:]
        assert named["MinimumProtocolVersion"] == "TLSv1.2_2021"
        assert default == {"CloudFrontDefaultCertificate": True}

    def test_a_refusal_of_an_api_is_not_made_a_page(self, cloudfront: Template) -> None:
        assert "CustomErrorResponses" not in distribution(cloudfront)  # they are for all behaviours alike

    def test_browsers_are_told_what_not_to_do(self, cloudfront: Template) -> None:
        policy = only(cloudfront, "AWS::CloudFront::ResponseHeadersPolicy")["ResponseHeadersPolicyConfig"]
        security = policy["SecurityHeadersConfig"]
        assert all(each["Override"] for each in security.values())
        assert security["FrameOptions"]["FrameOption"] == "DENY"
        assert security["ReferrerPolicy"]["ReferrerPolicy"] == "no-referrer"
        assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 365 * 86400
        assert "ContentTypeOptions" in security
        said = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
        policies = dict(each.split(" ", 1) for each in said.split("; "))
        assert policies["default-src"] == "'self'"
        assert policies["frame-ancestors"] == policies["object-src"] == policies["base-uri"] == "'none'"
        assert "script-src" not in policies
        assert policies["connect-src"].startswith(
            "'self' ${SignInOrigins} https://linli-${Stage}-maintenance"
        )
        behaviours = [
            distribution(cloudfront)["DefaultCacheBehavior"],
            *distribution(cloudfront)["CacheBehaviors"],
        ]
        assert {json.dumps(each["ResponseHeadersPolicyId"]) for each in behaviours} == {'{"Ref": "Headers"}'}

    def test_without_cloudfront_there_are_the_same_paths(self, gateway: Template) -> None:
        keys = {
            each["Properties"].get("ApiMappingKey")
            for _, each in of_type(gateway, "AWS::ApiGatewayV2::ApiMapping")
        }
        assert keys == {None, *(f"api/{project}" for project in projects())}
        domain = only(gateway, "AWS::ApiGateway::DomainName")
        assert domain["SecurityPolicy"] == "TLS_1_2"
        assert not {"Default"} & gateway["Parameters"]["DomainName"].keys()
        (stage,) = [each["Properties"] for _, each in of_type(gateway, "AWS::ApiGateway::Stage")]
        assert gateway["Resources"][stage["DeploymentId"]["Ref"]]["Type"] == "AWS::ApiGateway::Deployment"
        role = only(gateway, "AWS::IAM::Role")
        (statement,) = role["Policies"][0]["PolicyDocument"]["Statement"]
        assert (statement["Action"], statement["Resource"]) == ("s3:GetObject", {"Fn::Sub": "${Pages.Arn}/*"})

    def test_without_cloudfront_browsers_are_told_the_same(self, gateway: Template) -> None:
        paths = only(gateway, "AWS::ApiGateway::RestApi")["Body"]["paths"]
        assert {"/", "/console", "/home", "/config.json", "/assets/{name}", "/docs/{name+}"} <= paths.keys()
        for operations in paths.values():
            assert set(operations) == {"get"}
            answer = operations["get"]["x-amazon-apigateway-integration"]["responses"]["2\\d{2}"]
            for name in (*pages.FIXED_HEADERS, pages.CSP):
                assert f"method.response.header.{name}" in answer["responseParameters"]
                assert name in operations["get"]["responses"]["200"]["headers"]


@pytest.mark.skipif(
    shutil.which("node") is None, reason="CloudFront's functions are JavaScript: there is no node"
)
@pytest.mark.parametrize(
    ("function", "uri", "becomes"),
    [
        ("PagePath", "/", "/index.html"),
        ("PagePath", "/console/", "/console/index.html"),
        ("PagePath", "/console", "308 /console/"),
        ("PagePath", "/assets/a-1.js", "/assets/a-1.js"),
        ("PagePath", "/config.json", "/config.json"),
        ("PagePath", "//evil.example", "//evil.example"),
        ("ApiPath", "/api/access/communities/willow", "/communities/willow"),
        ("ApiPath", "/api/payments-callback/x/api/access/", "/x/api/access/"),
        ("ApiPath", "/api/access/", "/"),
    ],
)
def test_a_path_at_the_edge_becomes_what_is_behind_it(
    cloudfront: Template, function: str, uri: str, becomes: str
) -> None:
    code = cloudfront["Resources"][function]["Properties"]["FunctionCode"]
    asked = json.dumps({"request": {"uri": uri}})
    tell = f"const r = handler({asked}); console.log(r.uri || r.statusCode + ' ' + r.headers.location.value)"
    done = subprocess.run(["node", "-e", code + tell], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == becomes


def a_build(number: int) -> Build:
    page = f'<script src="/assets/app-{number}.js"></script>'.encode()
    files = {"index.html": page, "console/index.html": page, "docs/openapi.json": b"{}"}
    return Build(f"build{number}", files | {f"assets/app-{number}.js": b"1"})


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


def kept(s3: Any, key: str) -> tuple[bytes, str, str]:
    found = s3.get_object(Bucket=BUCKET, Key=key)
    return found["Body"].read(), found["CacheControl"], found["ContentType"]


class TestPublishing:
    def test_the_pages_of_a_build_are_seen_and_asked_for_again(self, s3: Any) -> None:
        pages.publish(s3, BUCKET, a_build(1), {"stage": "test"}, "default-src 'self'")

        content, caching, kind = kept(s3, "console/index.html")
        assert (b"app-1.js" in content, caching, kind) == (True, "no-cache", "text/html; charset=utf-8")
        assert kept(s3, "assets/app-1.js")[1] == "public, max-age=31536000, immutable"
        assert kept(s3, "config.json") == (b'{"stage": "test"}', "no-cache", "application/json")
        assert s3.head_object(Bucket=BUCKET, Key="index.html")["Metadata"] == {"policy": "default-src 'self'"}
        assert pages.pointed(s3, BUCKET) == "build1"

    def test_going_back_is_a_matter_of_pages_alone(self, s3: Any) -> None:
        # Given two builds, the second of which is seen; who has the first open still finds what it loads late
        for number in (1, 2):
            pages.publish(s3, BUCKET, a_build(number), {}, "")
        assert b"app-2.js" in kept(s3, "index.html")[0]
        assert kept(s3, "assets/app-1.js")[0] == b"1"
        assert {name for name, _ in pages.builds(s3, BUCKET)} == {"build1", "build2"}

        # When somebody goes back
        pages.point(s3, BUCKET, "build1")

        # Then the first is seen
        assert b"app-1.js" in kept(s3, "index.html")[0]
        assert kept(s3, "index.html")[1:] == ("no-cache", "text/html; charset=utf-8")
        assert pages.pointed(s3, BUCKET) == "build1"

    def test_what_is_not_there_is_not_pointed_to(self, s3: Any) -> None:
        pages.publish(s3, BUCKET, a_build(1), {}, "")
        for name in ("build2", "", "../builds", "build"):
            with pytest.raises(CommandError, match="there is no build"):
                pages.point(s3, BUCKET, name)
        assert pages.pointed(s3, BUCKET) == "build1"

    def test_before_the_first_there_is_none(self, s3: Any) -> None:
        assert pages.pointed(s3, BUCKET) == ""
        assert pages.builds(s3, BUCKET) == []

    def test_a_build_is_named_for_all_of_it(self, tmp_path: Path) -> None:
        assert pages.built(tmp_path) is None
        dist, documents = tmp_path / "functions/console/web/dist", tmp_path / "build/documents"
        for folder in (dist, documents):
            folder.mkdir(parents=True)
        (dist / "index.html").write_text("1")
        names = [pages.built(tmp_path)]
        (documents / "guide.md").write_text("# 1")
        names.append(pages.built(tmp_path))
        assert names[0]
        assert names[1]
        assert names[0].name != names[1].name
        assert set(names[1].files) == {"index.html", "docs/guide.md"}


class TestDeploying:
    def test_on_the_local_cloud_the_front_stands_in(self) -> None:
        assert "console" not in stacks.stacks_for("local")
        assert stacks.stacks_for("prod")[-1] == "console"
        with pytest.raises(CommandError, match="its front stands in"):
            stacks.begun(
                Cloud("local", boto3.Session(region_name="eu-west-1")),
                ["console"],
                parameters=None,
                target=None,
                say=print,
                root=ROOT,
                ways=stacks.Ways(),
            )

    def test_it_goes_last(self) -> None:
        assert stacks.waves(stacks.known_stacks())[-1] == ["console"]

    def test_it_is_told_all_the_apis_and_where_people_sign_in(self) -> None:
        existing = {
            f"linli-test-{name}": Existing("CREATE_COMPLETE", {"RestAPIId": f"id-{name}"}, {})
            for name in projects()
        }
        deployment = a_deployment("eu-west-1")
        deployment.sign_in = {
            "token_endpoint": "https://login.example.com/t",
            "jwks_uri": "https://keys.example.com/",
        }

        values = deployment.values("console", deployment.template("console"), None, existing)

        assert values["PaymentsCallbackApi"] == "id-payments-callback"
        assert values["SignInOrigins"] == "https://keys.example.com https://login.example.com"
        assert values["Stage"] == "test"

    def test_a_service_that_is_not_deployed_yet_is_named(self) -> None:
        deployment = a_deployment("eu-west-1")
        with pytest.raises(CommandError, match=r"needs the API of directory, .*deploy that first"):
            deployment.values("console", deployment.template("console"), None, {})

    def test_in_china_there_is_no_cloudfront_unless_somebody_says_so(self) -> None:
        assert "Distribution" not in a_deployment("cn-north-1").template("console")["Resources"]
        said = a_deployment("cn-north-1", CloudFront="true")
        assert "Distribution" in said.template("console")["Resources"]
        assert (
            "Distribution"
            not in a_deployment("eu-west-1", CloudFront="false").template("console")["Resources"]
        )

    def test_what_it_may_be_told_is_known(self) -> None:
        told = {
            "CloudFront": "false",
            "ConsoleClient": "a1",
            "HomeClient": "b2",
            "DomainName": "linli.example.com",
            "CertificateArn": "arn",
            "SignInScope": "openid offline_access",
            "SignInAudience": "https://linli.example.com/api",
            "SignInResource": "https://linli.example.com/api",
        }
        stacks.check_parameters(told, Target("arm64", "3.12"))
        with pytest.raises(CommandError, match="no parameter SignInOrigins"):
            stacks.check_parameters({"SignInOrigins": "https://evil.example"}, Target("arm64", "3.12"))


def a_deployment(region: str, **given: str) -> Deployment:
    empty = SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=lambda: [{"Stacks": []}]))
    cloud: Any = SimpleNamespace(
        stage="test", protected=False, account="1", is_local=False, region=region, client=lambda _: empty
    )
    return Deployment(cloud, Target("arm64"), given, lambda _: None, ROOT)


class TestAnIssuerOfItsOwn:
    @pytest.fixture
    def issuer(self) -> Iterator[tuple[str, dict[str, Any]]]:
        said: dict[str, Any] = {}

        class Conversation(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(said).encode()
                self.send_response(200 if self.path == "/realm/.well-known/openid-configuration" else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_about: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Conversation)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/realm", said
        server.shutdown()
        thread.join()
        server.server_close()

    def test_pages_are_told_where_to_sign_in_by_their_settings(
        self, issuer: tuple[str, dict[str, Any]]
    ) -> None:
        name, said = issuer
        there = "https://login.example.com"
        said |= {
            "issuer": name, "authorization_endpoint": f"{there}/a", "token_endpoint": f"{there}/t",
            "end_session_endpoint": f"{there}/o", "jwks_uri": "https://keys.example.com/k", "other": "x",
        }  # fmt: skip

        metadata = pages.discovered(name)
        settings = pages.config("prod", metadata, ["access"], {"console": "0oa1", "home": "0oa2"})

        assert settings["issuer"]["metadata"] == {key: value for key, value in said.items() if key != "other"}
        assert settings["clients"] == {"console": "0oa1", "home": "0oa2"}
        assert pages.origins({"token_endpoint": f"{there}/t", "jwks_uri": "https://keys.example.com/k"}) == [
            "https://keys.example.com",
            there,
        ]

    @BOTH
    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ({}, {"scope": "openid"}),
            (
                {"SignInAudience": "https://linli/api?a=1&b=%2F", "SignInScope": "openid api://1f/use"},
                {"scope": "openid api://1f/use", "audience": "https://linli/api?a=1&b=%2F"},
            ),
            ({"SignInResource": "urn:linli"}, {"scope": "openid", "resource": "urn:linli"}),
        ],
        ids=["nothing", "audience", "resource"],
    )
    def test_pages_are_told_what_to_ask_an_issuer_for(
        self, distributed: bool, said: dict[str, str], told: dict[str, str]
    ) -> None:
        template = pages.template(distributed=distributed)
        values = {name: each.get("Default", "") for name, each in template["Parameters"].items()} | said
        output = template["Outputs"]["SignIn"]["Value"]["Fn::Sub"]
        for name, value in values.items():
            output = output.replace(f"${{{name}}}", value)

        asked = pages.asked_with(output)

        settings = pages.config("prod", {"issuer": "https://id"}, [], sign_in=asked)["issuer"]
        assert settings == {"metadata": {"issuer": "https://id"}} | told

    @pytest.mark.parametrize(
        ("name", "bad"),
        [
            *(("SignInScope", bad) for bad in ("", "email", "openid  email", 'openid "', "openid\n", "opén")),
            *(("SignInAudience", bad) for bad in ("a b", '"', "\\", "é", "a\n")),
            *(("SignInResource", bad) for bad in ("a b", '"', "\\", "é", "a\n")),
        ],
    )
    def test_what_no_issuer_can_be_asked_for_is_not_taken(self, name: str, bad: str) -> None:
        pattern = pages.template()["Parameters"][name]["AllowedPattern"]
        assert re.fullmatch(pattern, bad) is None
        assert re.fullmatch(pattern, "openid")

    def test_a_stack_of_before_asks_for_openid_alone(self) -> None:
        assert pages.config("prod", {}, [], sign_in=pages.asked_with("{}"))["issuer"]["scope"] == "openid"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"issuer": "https://another.example.com"},
            {"token_endpoint": None},
            {"token_endpoint": "http://login.example.com/t"},
            {"authorization_endpoint": "javascript:alert(1)"},
        ],
    )
    def test_one_that_says_something_else_is_not_believed(
        self, issuer: tuple[str, dict[str, Any]], wrong: dict[str, Any]
    ) -> None:
        name, said = issuer
        said |= {"issuer": name, "authorization_endpoint": "https://l/a", "token_endpoint": "https://l/t"}
        said |= wrong
        with pytest.raises(CommandError, match="openid-configuration"):
            pages.discovered(name)

    def test_one_that_does_not_answer_is_named(self, issuer: tuple[str, dict[str, Any]]) -> None:
        with pytest.raises(CommandError, match="does not say where to sign in"):
            pages.discovered(f"{issuer[0]}/nowhere")

    def test_a_policy_is_that_of_the_template(self) -> None:
        cloud: Any = SimpleNamespace(stage="prod", account="1", region="cn-north-1")
        said = pages.policy(cloud, ["https://login.example.com"])
        bucket = "https://linli-prod-maintenance-photos-1"
        photos = [f"{bucket}.s3.cn-north-1.amazonaws.com.cn", f"{bucket}.s3.amazonaws.com.cn"]
        assert said == content_security_policy(["https://login.example.com"], photos)
