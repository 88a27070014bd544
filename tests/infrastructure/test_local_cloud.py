"""The local cloud does what our stacks rely on, and every patch of it is still needed."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import paho.mqtt.client as mqtt
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from paho.mqtt.client import MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from linli_cli.errors import CommandError
from linli_cli.layout import ROOT
from linli_cli.local import embedded_cloud, local_cloud, processes
from linli_cli.local.embedded_cloud import EmbeddedCloud
from linli_cli.local.local_cloud import free_ports

VENVS = ROOT / ".linli/venvs"
STACK = "linli-test-probe"
AUTHORIZER_STACK = "linli-test-authorizer"
LAUNCHER = ROOT / "localstack/ministack/launcher.py"
PATCHES = re.findall(r"^    \w+\.(\w+),$", LAUNCHER.read_text(), re.MULTILINE)
PROBE = """
import json, os, sys
from importlib.util import find_spec
import boto3

def handler(event, context):
    dynamodb, table = boto3.client("dynamodb"), os.environ["TABLE"]
    do = event.get("do")
    if do == "raise":
        raise LookupError("no such thing")
    if do == "environment":
        modules = [name for name in ("ministack", "pydantic", "boto3") if find_spec(name)]
        return {"python": sys.executable, "pid": os.getpid(), "env": dict(os.environ), "modules": modules}
    if do == "get":
        dynamodb.get_item(TableName=table, Key={"pk": {"S": event["pk"]}, "sk": {"S": "1"}})
        return "allowed"
    if do == "query":
        dynamodb.query(TableName=table, KeyConditionExpression="pk = :p",
            ExpressionAttributeValues={":p": {"S": event["pk"]}})
        return "allowed"
    if do == "scan":
        dynamodb.scan(TableName=table)
        return "allowed"
    if do == "publish":
        boto3.client("iot-data").publish(topic=event["topic"], qos=1, payload=b"{}")
        return "allowed"
    if do == "measure":
        print(json.dumps({"_aws": {"Timestamp": event["at_ms"], "CloudWatchMetrics": [{"Namespace": "linli",
            "Dimensions": [["service"]], "Metrics": [{"Name": "GatePass", "Unit": "Count"}]}]},
            "service": "probe", "GatePass": 3}))
        return "measured"
    if do == "repeat":
        return "x" * event["times"]
    return event
"""
CONSUMER = """
import json, os
import boto3

def number(record):
    return record["messageId"] if "messageId" in record else record["dynamodb"]["SequenceNumber"]

def handler(event, context):
    failures = []
    for record in event["Records"]:
        if "poison" in json.dumps(record):
            failures.append({"itemIdentifier": number(record)})
        else:
            boto3.client("sqs").send_message(QueueUrl=os.environ["SINK"], MessageBody=json.dumps(record))
    return {"batchItemFailures": failures}
"""
GATE = """
import json, os
import boto3

def handler(event, context):
    if event["client_id"] == "poison" or event["payload"] == "cG9pc29u":
        raise ValueError("cannot open")
    boto3.client("sqs").send_message(QueueUrl=os.environ["SINK"], MessageBody=json.dumps(event))
"""
API = """
import json

def handler(event, context):
    if event["queryStringParameters"]:
        raise LookupError("a secret detail")
    return {"statusCode": 200, "headers": {}, "body": json.dumps(event["requestContext"])}
"""
AUTHORIZER = """
def handler(event, context):
    token = event["authorizationToken"]
    if token == "Bearer bad":
        raise Exception("Unauthorized")
    effect = "Deny" if token == "Bearer denied" else "Allow"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {"principalId": "willow-resident-1", "context": {"communities": "willow"},
            "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
"""


def poll(ask: Callable[[], Any], timeout_s: float = 20.0) -> Any:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        found = ask()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("nothing came before the deadline")


RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
PARAMETERS = {
    "Runtime": RUNTIME,
    "ProbeCode": PROBE,
    "ConsumerCode": CONSUMER,
    "GateCode": GATE,
    "ApiCode": API,
}
# What our own stacks use, in small. `one` is replaced to make an update.
TEMPLATE = r"""
Parameters:
  Runtime: {Type: String}
  AuthorizerArn: {Type: String}
  ProbeCode: {Type: String}
  ConsumerCode: {Type: String}
  GateCode: {Type: String}
  ApiCode: {Type: String}
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: linli-test-probe
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: sk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
      StreamSpecification: {StreamViewType: NEW_IMAGE}
      TimeToLiveSpecification: {AttributeName: ttl, Enabled: true}
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
      SSESpecification: {SSEEnabled: true}
  Sink: {Type: AWS::SQS::Queue, Properties: {QueueName: linli-test-probe-sink}}
  DeadLetters: {Type: AWS::SQS::Queue, Properties: {QueueName: linli-test-probe-dlq}}
  Work:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: linli-test-probe-work
      VisibilityTimeout: 1
      RedrivePolicy: {deadLetterTargetArn: !GetAtt DeadLetters.Arn, maxReceiveCount: 2}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: linli-test-probe}}
  BusRule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {detail-type: [linli.health.fever_confirmed.v1]}
      Targets: [{Id: sink, Arn: !GetAtt Sink.Arn}]
  Secret:
    Type: AWS::SecretsManager::Secret
    Properties: {Name: linli-test-probe/key, GenerateSecretString: {PasswordLength: 40}}
  Web:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: linli-test-probe-web
      PublicAccessBlockConfiguration: {BlockPublicPolicy: false, RestrictPublicBuckets: false}
  WebPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Web
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Principal: "*", Action: s3:GetObject, Resource: !Sub "${Web.Arn}/jwks.json"}

  ProbeRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: &lambda
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [dynamodb:GetItem, dynamodb:Query]
                Resource: !GetAtt Table.Arn
                Condition:
                  ForAllValues:StringLike: {dynamodb:LeadingKeys: ["willow#*"]}
                  "Null": {dynamodb:LeadingKeys: "false"}
              - Effect: Allow
                Action: iot:Publish
                Resource: !Sub arn:${AWS::Partition}:iot:${AWS::Region}:${AWS::AccountId}:topic/linli/*/*/*/reply
  WorkerRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: *lambda
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - {Effect: Allow, Action: sqs:SendMessage, Resource: [!GetAtt Sink.Arn, !GetAtt DeadLetters.Arn]}
              - Effect: Allow
                Action: [sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes]
                Resource: !GetAtt Work.Arn
              - Effect: Allow
                Action: [dynamodb:GetRecords, dynamodb:GetShardIterator, dynamodb:DescribeStream]
                Resource: !GetAtt Table.StreamArn
  Probe:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: linli-test-probe-probe
      Runtime: !Ref Runtime
      Handler: index.handler
      Timeout: 20
      Role: !GetAtt ProbeRole.Arn
      Code: {ZipFile: !Ref ProbeCode}
      Environment: {Variables: {TABLE: !Ref Table}}
  Consumer:
    Type: AWS::Lambda::Function
    Properties: &consumer
      FunctionName: linli-test-probe-consumer
      Runtime: !Ref Runtime
      Handler: index.handler
      Timeout: 20
      Role: !GetAtt WorkerRole.Arn
      Code: {ZipFile: !Ref ConsumerCode}
      Environment: {Variables: {SINK: !Ref Sink}}
  Relay: {Type: AWS::Lambda::Function, Properties: {<<: *consumer, FunctionName: linli-test-probe-relay}}
  Gate:
    Type: AWS::Lambda::Function
    Properties:
      <<: *consumer
      FunctionName: linli-test-probe-gate
      Code: {ZipFile: !Ref GateCode}
      DeadLetterConfig: {TargetArn: !GetAtt DeadLetters.Arn}
  Api:
    Type: AWS::Lambda::Function
    Properties: {<<: *consumer, FunctionName: linli-test-probe-api, Code: {ZipFile: !Ref ApiCode}}
  FromQueue:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Work.Arn
      FunctionName: !Ref Consumer
      FunctionResponseTypes: [ReportBatchItemFailures]
  FromStream:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Table.StreamArn
      FunctionName: !Ref Relay
      StartingPosition: TRIM_HORIZON
      FunctionResponseTypes: [ReportBatchItemFailures]
      MaximumRetryAttempts: 1
      FilterCriteria:
        Filters:
          - Pattern: '{"eventName": ["INSERT"], "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "outbox"}]}}}}'
      DestinationConfig: {OnFailure: {Destination: !GetAtt DeadLetters.Arn}}

  GateRule:
    Type: AWS::IoT::TopicRule
    Properties:
      RuleName: linli_test_gate_pass
      TopicRulePayload:
        Sql: >-
          SELECT encode(*, 'base64') AS payload, topic() AS topic, clientid() AS client_id,
          timestamp() AS received_at_ms FROM 'linli/+/+/gate_pass'
        Actions: [{Lambda: {FunctionArn: !GetAtt Gate.Arn}}]
  LostRule:
    Type: AWS::IoT::TopicRule
    Properties:
      RuleName: linli_test_lost
      TopicRulePayload:
        Sql: SELECT * FROM 'linli/+/+/lost'
        Actions: [{Lambda: {FunctionArn: !Sub "${Gate.Arn}-gone"}}]
        ErrorAction: {Sqs: {QueueUrl: !Ref DeadLetters, RoleArn: !GetAtt WorkerRole.Arn}}
  QueueRule:
    Type: AWS::IoT::TopicRule
    Properties:
      RuleName: linli_test_fever_check
      TopicRulePayload:
        Sql: SELECT encode(*, 'base64') AS payload, topic() AS topic FROM 'linli/+/+/fever_check'
        Actions: [{Sqs: {QueueUrl: !Ref Sink, RoleArn: !GetAtt WorkerRole.Arn}}]
  DevicePolicy:
    Type: AWS::IoT::Policy
    Properties:
      PolicyName: linli-test-probe-device
      PolicyDocument:
        Fn::Sub:
          - |
            {"Version": "2012-10-17", "Statement": [
              {"Effect": "Allow", "Action": "iot:Connect",
               "Resource": "${Arn}:client/${!iot:Connection.Thing.ThingName}",
               "Condition": {"Bool": {"iot:Connection.Thing.IsAttached": "true"}}},
              {"Effect": "Allow", "Action": ["iot:Publish", "iot:Receive"],
               "Resource": "${Arn}:topic/linli/${Own}"},
              {"Effect": "Allow", "Action": "iot:Subscribe",
               "Resource": "${Arn}:topicfilter/linli/${Own}"}]}
          - Arn: !Sub arn:${AWS::Partition}:iot:${AWS::Region}:${AWS::AccountId}
            Own: ${iot:Connection.Thing.Attributes[community]}/${iot:Connection.Thing.ThingName}/*

  RestApi:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        swagger: "2.0"
        info: {title: one, version: "1.0"}
        securityDefinitions:
          jwt:
            type: apiKey
            name: Authorization
            in: header
            x-amazon-apigateway-authtype: custom
            x-amazon-apigateway-authorizer:
              type: token
              authorizerResultTtlInSeconds: 0
              authorizerUri:
                !Sub arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${AuthorizerArn}/invocations
        x-amazon-apigateway-gateway-responses:
          UNAUTHORIZED:
            statusCode: 401
            responseParameters: &problem {gatewayresponse.header.Content-Type: "'application/problem+json'"}
            responseTemplates: {application/json: '{"status": 401}'}
          ACCESS_DENIED:
            statusCode: 403
            responseParameters: *problem
            responseTemplates: {application/json: '{"status": 403}'}
          MISSING_AUTHENTICATION_TOKEN:
            statusCode: 404
            responseParameters: *problem
            responseTemplates: {application/json: '{"status": 404}'}
        paths:
          /passes:
            get:
              security: [{jwt: []}]
              x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                uri: !Sub arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Api.Arn}/invocations
            options:
              responses: {"200": {headers: {Access-Control-Allow-Origin: {type: string}}}}
              x-amazon-apigateway-integration:
                type: mock
                requestTemplates: {application/json: '{"statusCode": 200}'}
                responses:
                  default:
                    statusCode: "200"
                    responseParameters:
                      method.response.header.Access-Control-Allow-Origin: "'https://linli.example'"
  Deploymentone: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref RestApi}}
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: {RestApiId: !Ref RestApi, DeploymentId: !Ref Deploymentone, StageName: api}
Outputs:
  RestApi: {Value: !Ref RestApi}
"""  # noqa: E501 - the URI of an integration has no shorter form
AUTHORIZER_TEMPLATE = """
Parameters:
  Runtime: {Type: String}
  AuthorizerCode: {Type: String}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
  Authorizer:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: !Ref Runtime
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code: {ZipFile: !Ref AuthorizerCode}
Outputs:
  Arn: {Value: !GetAtt Authorizer.Arn}
"""


@dataclass
class Deployed:
    """One started cloud with the probe stack in it."""

    local: EmbeddedCloud
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        if service not in self.clients:
            make: Any = boto3.client  # its stubs want a literal name
            self.clients[service] = make(
                service,
                endpoint_url=self.local.endpoint,
                region_name=local_cloud.REGION,
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=Config(retries={"total_max_attempts": 1}),
            )
        return self.clients[service]

    def unchecked(self, service: str) -> Any:
        """A client that asks for what AWS's own would not."""
        make: Any = boto3.client
        return make(
            service,
            endpoint_url=self.local.endpoint,
            region_name=local_cloud.REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(parameter_validation=False),
        )

    def deploy(
        self, name: str, template: str, parameters: dict[str, str], kind: str = "CREATE"
    ) -> dict[str, str]:
        """By change set, as `linli deploy` does."""
        cloudformation = self.client("cloudformation")
        change_set = f"c{uuid.uuid4().hex}"
        cloudformation.create_change_set(
            StackName=name,
            ChangeSetName=change_set,
            ChangeSetType=kind,
            TemplateBody=template,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=["CAPABILITY_IAM"],
        )

        def described() -> Any:
            found = cloudformation.describe_change_set(StackName=name, ChangeSetName=change_set)
            return found if found["Status"] in ("CREATE_COMPLETE", "FAILED") else None

        assert poll(described)["Changes"]
        cloudformation.execute_change_set(StackName=name, ChangeSetName=change_set)

        def ended() -> Any:
            stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
            return None if stack["StackStatus"].endswith("IN_PROGRESS") else stack

        stack = poll(ended, 40)
        assert stack["StackStatus"] == f"{kind}_COMPLETE", stack
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def invoke(self, name: str, event: dict[str, Any], **options: Any) -> Any:
        answer = self.client("lambda").invoke(
            FunctionName=f"{STACK}-{name}", Payload=json.dumps(event), **options
        )
        body = answer["Payload"].read()
        return (json.loads(body) if body else None), answer.get("FunctionError")

    def message(self, queue: str, text: str) -> Any:
        """The first message of a queue that contains the text; others stay, unseen for a second."""
        sqs = self.client("sqs")
        url = sqs.get_queue_url(QueueName=f"{STACK}-{queue}")["QueueUrl"]

        def receive() -> Any:
            found = sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=1, MessageAttributeNames=["All"]
            )
            return next((m for m in found.get("Messages", []) if text in m["Body"]), None)

        message = poll(receive)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return message

    @property
    def api(self) -> str:
        stack = self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
        api = next(o["OutputValue"] for o in stack["Outputs"] if o["OutputKey"] == "RestApi")
        return f"{self.local.endpoint}/_aws/execute-api/{api}/api"

    def get(self, token: str | None = None, path: str = "/passes") -> requests.Response:
        headers = {"Authorization": token} if token else {}
        return requests.get(self.api + path, headers=headers, timeout=20)


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    local = EmbeddedCloud(tmp_path_factory.mktemp("a home") / "with spaces", *free_ports(), venvs=VENVS)
    local.install()
    local.start()
    try:
        deployed = Deployed(local)
        authorizer = {"Runtime": RUNTIME, "AuthorizerCode": AUTHORIZER}
        PARAMETERS["AuthorizerArn"] = deployed.deploy(AUTHORIZER_STACK, AUTHORIZER_TEMPLATE, authorizer)[
            "Arn"
        ]
        deployed.deploy(STACK, TEMPLATE, PARAMETERS)
        yield deployed
    finally:
        local.stop()


def expiring(packet: int, session_s: int) -> Properties:
    """The MQTT 5 properties that say how long a session is to be kept."""
    properties = Properties(packet)
    properties.SessionExpiryInterval = session_s
    return properties


class Device:
    """A thing with a certificate from a request of its own, and a real MQTT client."""

    def __init__(self, cloud: Deployed, name: str, directory: Path, community: str = "willow") -> None:
        self.cloud, self.name, self.community = cloud, name, community
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
        iot = cloud.client("iot")
        iot.create_thing(thingName=name, attributePayload={"attributes": {"community": community}})
        made = iot.create_certificate_from_csr(
            certificateSigningRequest=request.public_bytes(serialization.Encoding.PEM).decode(),
            setAsActive=True,
        )
        self.certificate_id = made["certificateId"]
        iot.attach_policy(policyName=f"{STACK}-device", target=made["certificateArn"])
        iot.attach_thing_principal(thingName=name, principal=made["certificateArn"])
        self.certificate = directory / f"{name}.pem"
        self.certificate.write_text(made["certificatePem"])
        self.key = directory / f"{name}.key"
        self.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        self.connected, self.disconnected = threading.Event(), threading.Event()
        self.received: list[mqtt.MQTTMessage] = []
        self.granted: list[int] = []
        self.resumed, self.cut_for, self.keep_alive_s = False, 0, 60

    @property
    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.cloud.local.ca))
        context.load_cert_chain(self.certificate, self.key)
        return context

    def connect(
        self, certificate: bool = True, protocol: MQTTProtocolVersion = MQTTv311, session_s: int = 0
    ) -> bool:
        """`session_s`: how long the broker is to keep the session; 3.1.1 knows only 0 and otherwise."""
        context = self.context if certificate else ssl.create_default_context(cafile=str(self.cloud.local.ca))
        five = protocol == MQTTv5
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self.name,
            clean_session=None if five else not session_s,
            protocol=protocol,
        )
        self.client.tls_set_context(context)
        self.client.on_connect = self._on_connect
        self.client.on_disconnect = self._on_disconnect
        self.client.on_message = lambda _c, _u, message: self.received.append(message)
        self.client.on_subscribe = self._on_subscribe
        try:
            self.client.connect(
                local_cloud.HOST,
                self.cloud.local.mqtt_port,
                self.keep_alive_s,
                clean_start=False if five else mqtt.MQTT_CLEAN_START_FIRST_ONLY,
                properties=expiring(PacketTypes.CONNECT, session_s) if five else None,
            )
            self.client.loop_start()
        except OSError:
            return False
        poll(lambda: self.connected.is_set() or self.disconnected.is_set(), 5)
        return self.connected.is_set()

    def _on_connect(self, _client: Any, _userdata: Any, flags: Any, reason: Any, _properties: Any) -> None:
        self.resumed = flags.session_present
        if not reason.is_failure:
            self.connected.set()

    def _on_disconnect(
        self, _client: Any, _userdata: Any, _flags: Any, reason: Any, _properties: Any
    ) -> None:
        self.cut_for = reason.value
        self.disconnected.set()

    def _on_subscribe(self, _client: Any, _userdata: Any, _mid: int, reasons: Any, _properties: Any) -> None:
        self.granted = [reason.value for reason in reasons]

    def subscribe(self, action: str) -> None:
        """Subscribe, and wait for the broker's word."""
        self.granted = []
        self.client.subscribe(f"linli/{self.community}/{self.name}/{action}", qos=1)
        assert poll(lambda: self.granted)[0] < 128

    def leave(self, session_s: int | None = None) -> None:
        """Disconnect, asking that the session be kept for another time than CONNECT said."""
        asked = None if session_s is None else expiring(PacketTypes.DISCONNECT, session_s)
        self.client.disconnect(properties=asked)
        poll(self.disconnected.is_set)
        self.client.loop_stop()
        self.connected.clear()
        self.disconnected.clear()

    def publish(self, action: str, payload: bytes, community: str | None = None) -> None:
        topic = f"linli/{community or self.community}/{self.name}/{action}"
        self.client.publish(topic, payload, qos=1)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def device(cloud: Deployed, tmp_path: Path) -> Iterator[Device]:
    made = Device(cloud, f"gate-{uuid.uuid4().hex[:8]}", tmp_path)
    assert made.connect()
    yield made
    made.close()


# MQTT


def test_a_published_message_reaches_its_function_with_topic_and_client(
    cloud: Deployed, device: Device
) -> None:
    device.publish("gate_pass", b"\xff not json")
    event = json.loads(cloud.message("sink", device.name)["Body"])
    assert event["payload"] == "/yBub3QganNvbg=="
    assert event["topic"] == f"linli/willow/{device.name}/gate_pass"
    assert event["client_id"] == device.name
    assert abs(event["received_at_ms"] / 1000 - time.time()) < 60


def test_a_rule_puts_messages_on_a_queue(cloud: Deployed, device: Device) -> None:
    device.publish("fever_check", b"{}")
    assert json.loads(cloud.message("sink", device.name)["Body"])["payload"] == "e30="


def test_a_failing_rule_function_is_retried_and_its_event_dead_lettered(
    cloud: Deployed, device: Device
) -> None:
    device.publish("gate_pass", b"poison")
    message = cloud.message("dlq", device.name)
    assert json.loads(message["Body"])["payload"] == "cG9pc29u"
    assert message["MessageAttributes"]["ErrorMessage"]["StringValue"] == "cannot open"


def test_a_missing_rule_function_ends_in_the_error_action(cloud: Deployed, device: Device) -> None:
    device.publish("lost", b"{}")
    error = json.loads(cloud.message("dlq", device.name)["Body"])
    assert error["base64OriginalPayload"] == "e30="
    assert error["failures"][0]["failedAction"] == "LambdaAction"


def test_a_client_without_certificate_is_refused(cloud: Deployed, tmp_path: Path) -> None:
    assert not Device(cloud, f"gate-{uuid.uuid4().hex[:8]}", tmp_path).connect(certificate=False)


def test_a_device_cannot_publish_for_another_community(device: Device) -> None:
    device.publish("fever_check", b"{}", community="maple")
    assert device.disconnected.wait(5)


def test_a_device_cannot_subscribe_to_another_community(device: Device) -> None:
    device.client.subscribe(f"linli/maple/{device.name}/gate_pass/reply", qos=1)
    assert poll(lambda: device.granted or device.disconnected.is_set(), 5)
    assert device.granted in ([], [128], [135])


def test_a_function_answers_on_the_reply_topic_and_nowhere_else(cloud: Deployed, device: Device) -> None:
    reply = f"linli/willow/{device.name}/gate_pass/reply"
    device.client.subscribe(reply, qos=1)
    poll(lambda: device.granted)
    assert cloud.invoke("probe", {"do": "publish", "topic": reply}) == ("allowed", None)
    assert poll(lambda: device.received)[0].topic == reply
    refused, kind = cloud.invoke("probe", {"do": "publish", "topic": f"linli/willow/{device.name}/gate_pass"})
    assert kind == "Unhandled"
    assert "ForbiddenException" in refused["errorMessage"]


VERSIONS = pytest.mark.parametrize("protocol", [MQTTv311, MQTTv5], ids=["3.1.1", "5"])


@pytest.fixture
def unconnected(cloud: Deployed, tmp_path: Path) -> Device:
    return Device(cloud, f"gate-{uuid.uuid4().hex[:8]}", tmp_path)


def told(cloud: Deployed, device: Device) -> list[bytes]:
    """What a device hears of two publishes, the second of which ends the wait."""
    topic = f"linli/willow/{device.name}/gate_pass/reply"
    device.received.clear()
    for payload in (b"once", b"last"):
        cloud.client("iot-data").publish(topic=topic, qos=1, payload=payload)
    poll(lambda: any(message.payload == b"last" for message in device.received))
    return [message.payload for message in device.received]


@VERSIONS
def test_subscribing_again_replaces_the_subscription(
    cloud: Deployed, unconnected: Device, protocol: MQTTProtocolVersion
) -> None:
    device = unconnected
    assert device.connect(protocol=protocol, session_s=300)
    for _ in range(3):
        device.subscribe("gate_pass/reply")
    assert told(cloud, device) == [b"once", b"last"]

    for _ in range(2):
        device.leave()
        assert device.connect(protocol=protocol, session_s=300)
        assert device.resumed
        device.subscribe("gate_pass/reply")
    assert told(cloud, device) == [b"once", b"last"]

    device.client.unsubscribe(f"linli/willow/{device.name}/gate_pass/reply")
    device.subscribe("gate_pass/reply")
    assert told(cloud, device) == [b"once", b"last"]
    device.close()


@pytest.mark.parametrize(
    ("protocol", "asked_s", "at_the_end_s", "is_kept"),
    [
        (MQTTv311, 300, None, True),
        (MQTTv311, 0, None, False),
        (MQTTv5, 300, None, True),
        (MQTTv5, 300, 600, True),
        (MQTTv5, 300, 0, False),
        (MQTTv5, 0, None, False),
        (MQTTv5, 0, 300, False),  # a protocol error: DISCONNECT begins no session
    ],
)
def test_a_session_lives_as_long_as_its_client_says_at_the_end(
    unconnected: Device, protocol: MQTTProtocolVersion, asked_s: int, at_the_end_s: int | None, is_kept: bool
) -> None:
    assert unconnected.connect(protocol=protocol, session_s=asked_s)
    unconnected.leave(at_the_end_s)
    assert unconnected.connect(protocol=protocol, session_s=300)
    assert unconnected.resumed is is_kept
    unconnected.close()


def mqtt_text(text: str) -> bytes:
    return len(text).to_bytes(2, "big") + text.encode()


def mqtt_connect(
    protocol: MQTTProtocolVersion, name: str, flags: int, keep_alive_s: int = 60, will: bytes = b""
) -> bytes:
    none = b"\x00" if protocol == MQTTv5 else b""
    head = mqtt_text("MQTT") + bytes([protocol, flags]) + keep_alive_s.to_bytes(2, "big") + none
    body = head + mqtt_text(name) + (none + will if will else b"")
    return bytes([0x10, len(body) & 0x7F | 0x80, len(body) >> 7]) + body


def heard_until_cut(device: Device, packet: bytes) -> bytes:
    """What the broker says to a packet before it ends the connection."""
    heard = b""
    with (
        socket.create_connection((local_cloud.HOST, device.cloud.local.mqtt_port), timeout=10) as plain,
        device.context.wrap_socket(plain, server_hostname="localhost") as line,
    ):
        line.sendall(packet)
        while more := line.recv(1024):
            heard += more
    return heard


@VERSIONS
def test_a_silent_client_is_cut_and_its_will_is_sent_in_its_name(
    cloud: Deployed, unconnected: Device, protocol: MQTTProtocolVersion
) -> None:
    name = unconnected.name
    will = mqtt_text(f"linli/willow/{name}/gate_pass") + mqtt_text("gone")
    started = time.monotonic()
    heard = heard_until_cut(unconnected, mqtt_connect(protocol, name, 0x06, 1, will))
    silent_s = time.monotonic() - started
    event = json.loads(cloud.message("sink", name)["Body"])

    assert 1.4 < silent_s < 8
    assert heard[0] == 0x20
    assert heard.endswith(bytes.fromhex("e0028d00")) is (protocol == MQTTv5)  # DISCONNECT, keep alive timeout
    assert (event["client_id"], event["payload"]) == (name, "Z29uZQ==")


@VERSIONS
@pytest.mark.parametrize("name", ["", "x" * 129, "$GEN/1"], ids=["none", "long", "dollar"])
def test_a_client_id_that_iot_core_does_not_take_is_refused(
    unconnected: Device, protocol: MQTTProtocolVersion, name: str
) -> None:
    heard = heard_until_cut(unconnected, mqtt_connect(protocol, name, 0))
    assert heard.hex() == ("2003008500" if protocol == MQTTv5 else "20020002")


@VERSIONS
def test_a_topic_of_more_than_seven_slashes_ends_the_connection(
    unconnected: Device, protocol: MQTTProtocolVersion
) -> None:
    assert unconnected.connect(protocol=protocol)
    unconnected.client.reconnect_delay_set(60, 60)
    unconnected.subscribe("a/b/c/d/+")
    assert not unconnected.disconnected.is_set()

    unconnected.publish("a/b/c/d/e", b"")
    unconnected.publish("a/b/c/d/e/f", b"")
    assert unconnected.disconnected.wait(5)
    assert unconnected.cut_for == (0x90 if protocol == MQTTv5 else 0x80)
    assert [message.topic for message in unconnected.received] == [
        f"linli/willow/{unconnected.name}/a/b/c/d/e"
    ]
    unconnected.close()


def test_a_client_that_pings_stays(unconnected: Device) -> None:
    unconnected.keep_alive_s = 1
    assert unconnected.connect()
    assert not unconnected.disconnected.wait(3)
    unconnected.close()


@VERSIONS
def test_a_payload_over_128_kb_ends_the_connection(
    cloud: Deployed, unconnected: Device, protocol: MQTTProtocolVersion
) -> None:
    assert unconnected.connect(protocol=protocol)
    unconnected.publish("fever_check", b"x" * 131_072)
    assert len(cloud.message("sink", unconnected.name)["Body"]) > 131_072
    assert not unconnected.disconnected.is_set()

    unconnected.client.reconnect_delay_set(60, 60)
    unconnected.publish("fever_check", b"x" * 131_073)
    assert unconnected.disconnected.wait(5)
    assert unconnected.cut_for == (0x95 if protocol == MQTTv5 else 0x80)
    unconnected.close()


def test_a_function_cannot_publish_more_than_128_kb(cloud: Deployed) -> None:
    publish = cloud.client("iot-data").publish
    publish(topic="linli/willow/gate-1/gate_pass/reply", qos=1, payload=b"x" * 131_072)
    with pytest.raises(ClientError, match="InvalidRequestException"):
        publish(topic="linli/willow/gate-1/gate_pass/reply", qos=1, payload=b"x" * 131_073)


@VERSIONS
def test_more_than_eight_filters_at_once_end_the_connection(
    unconnected: Device, protocol: MQTTProtocolVersion
) -> None:
    assert unconnected.connect(protocol=protocol)
    unconnected.client.reconnect_delay_set(60, 60)
    filters = [(f"linli/willow/{unconnected.name}/{number}/reply", 1) for number in range(9)]
    unconnected.client.subscribe(filters[:8])
    assert poll(lambda: unconnected.granted) == [1] * 8

    unconnected.client.subscribe(filters)
    assert unconnected.disconnected.wait(5)
    assert unconnected.cut_for == (0x97 if protocol == MQTTv5 else 0x80)
    unconnected.close()


@pytest.mark.parametrize("status", ["INACTIVE", "REVOKED"])
def test_a_revoked_device_is_cut_off_and_kept_out(cloud: Deployed, device: Device, status: str) -> None:
    device.client.reconnect_delay_set(60, 60)
    cloud.client("iot").update_certificate(certificateId=device.certificate_id, newStatus=status)
    assert device.disconnected.wait(5)
    device.close()
    device.connected.clear()
    assert not device.connect()


# Functions


def test_functions_run_with_their_own_interpreter_and_environment(cloud: Deployed) -> None:
    seen, _ = cloud.invoke("probe", {"do": "environment"})
    assert seen["python"] == str(cloud.local.python("functions"))
    assert seen["modules"] == ["boto3"]
    assert seen["env"]["AWS_ENDPOINT_URL"] == cloud.local.endpoint
    assert seen["env"]["AWS_REGION"] == "eu-west-1"
    assert not {"PYTEST_CURRENT_TEST", "VIRTUAL_ENV", "PYTHONPATH", "LINLI_HOME"} & seen["env"].keys()


def test_a_function_error_names_its_class_and_spares_the_worker(cloud: Deployed) -> None:
    before, _ = cloud.invoke("probe", {"do": "environment"})
    error, kind = cloud.invoke("probe", {"do": "raise"})
    after, _ = cloud.invoke("probe", {"do": "environment"})
    assert (kind, error["errorType"], error["errorMessage"]) == ("Unhandled", "LookupError", "no such thing")
    assert any("raise LookupError" in line for line in error["stackTrace"])
    assert before["pid"] == after["pid"]


def test_a_silent_warm_function_answers_at_once(cloud: Deployed) -> None:
    cloud.invoke("probe", {})
    fastest = 1.0
    for _ in range(10):
        started = time.monotonic()
        cloud.invoke("probe", {})
        fastest = min(fastest, time.monotonic() - started)
    assert fastest < 0.05


def test_an_answer_over_6_mb_is_an_error_of_the_function(cloud: Deployed) -> None:
    assert len(cloud.invoke("probe", {"do": "repeat", "times": 6_291_000})[0]) == 6_291_000
    refused, kind = cloud.invoke("probe", {"do": "repeat", "times": 6_292_000})
    assert (refused["errorType"], kind) == ("Function.ResponseSizeTooLarge", "Unhandled")


@pytest.mark.parametrize(("kind", "limit"), [("RequestResponse", 6 * 1024 * 1024), ("Event", 1024 * 1024)])
def test_an_event_over_the_limit_is_refused(cloud: Deployed, kind: str, limit: int) -> None:
    cloud.invoke("probe", {"padding": "x" * (limit - 100)}, InvocationType=kind)
    with pytest.raises(ClientError, match="RequestTooLargeException"):
        cloud.invoke("probe", {"padding": "x" * limit}, InvocationType=kind)


def test_a_burst_waits_for_a_few_workers(cloud: Deployed) -> None:
    pids: set[int] = set()
    burst = [
        threading.Thread(target=lambda: pids.add(cloud.invoke("probe", {"do": "environment"})[0]["pid"]))
        for _ in range(12)
    ]
    for thread in burst:
        thread.start()
    for thread in burst:
        thread.join()
    assert 0 < len(pids) <= 4


def test_a_role_is_enforced_down_to_the_leading_key(cloud: Deployed) -> None:
    for do in ("get", "query"):
        assert cloud.invoke("probe", {"do": do, "pk": "willow#gate-1"}) == ("allowed", None)
        refused, kind = cloud.invoke("probe", {"do": do, "pk": "willows#gate-1"})
        assert kind == "Unhandled"
        assert "AccessDenied" in refused["errorMessage"]
    assert "AccessDenied" in cloud.invoke("probe", {"do": "scan"})[0]["errorMessage"]


def test_embedded_metrics_reach_cloudwatch(cloud: Deployed) -> None:
    now = time.time()
    cloud.invoke("probe", {"do": "measure", "at_ms": int(now * 1000)})

    def measured() -> Any:
        return cloud.client("cloudwatch").get_metric_statistics(
            Namespace="linli",
            MetricName="GatePass",
            Dimensions=[{"Name": "service", "Value": "probe"}],
            StartTime=now - 300,
            EndTime=now + 300,
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]

    assert poll(measured)[0]["Sum"] == 3


def test_an_asynchronous_invocation_ends_in_the_dead_letter_queue(cloud: Deployed) -> None:
    event = {"client_id": "poison", "payload": uuid.uuid4().hex}
    cloud.invoke("gate", event, InvocationType="Event")
    assert json.loads(cloud.message("dlq", event["payload"])["Body"]) == event


@pytest.fixture
def reserve(cloud: Deployed) -> Iterator[Callable[[str, int], None]]:
    """Keep so many executions for a function of the stack until the test is over."""
    reserved: set[str] = set()

    def keep(name: str, executions: int) -> None:
        reserved.add(f"{STACK}-{name}")
        cloud.client("lambda").put_function_concurrency(
            FunctionName=f"{STACK}-{name}", ReservedConcurrentExecutions=executions
        )

    yield keep
    for name in reserved:
        cloud.client("lambda").delete_function_concurrency(FunctionName=name)


def throttles(cloud: Deployed, name: str) -> float:
    """How often a function was throttled in this minute and the one before."""
    found = cloud.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="Throttles",
        Dimensions=[{"Name": "FunctionName", "Value": f"{STACK}-{name}"}],
        StartTime=time.time() - 60,
        EndTime=time.time() + 60,
        Period=60,
        Statistics=["Sum"],
    )
    return sum(point["Sum"] for point in found["Datapoints"])


def test_a_throttled_asynchronous_event_waits_until_there_is_room(
    cloud: Deployed, reserve: Callable[[str, int], None]
) -> None:
    reserve("gate", 0)
    marks = [uuid.uuid4().hex for _ in range(12)]
    for mark in marks:
        cloud.invoke("gate", {"client_id": mark, "payload": ""}, InvocationType="Event")
    poll(lambda: throttles(cloud, "gate") > 4 * len(marks))  # stock gives up after three

    reserve("gate", 1)

    for mark in marks:
        assert json.loads(cloud.message("sink", mark)["Body"])["client_id"] == mark


def test_an_asynchronous_event_that_is_too_old_ends_in_the_dead_letter_queue(
    cloud: Deployed, reserve: Callable[[str, int], None]
) -> None:
    functions = cloud.unchecked("lambda")  # AWS takes a minute at least
    name, mark = f"{STACK}-gate", uuid.uuid4().hex
    functions.put_function_event_invoke_config(FunctionName=name, MaximumEventAgeInSeconds=1)
    reserve("gate", 0)

    cloud.invoke("gate", {"client_id": mark, "payload": ""}, InvocationType="Event")

    parked = cloud.message("dlq", mark)
    functions.delete_function_event_invoke_config(FunctionName=name)
    assert json.loads(parked["Body"])["client_id"] == mark
    assert "waited for more than 1 s" in parked["MessageAttributes"]["ErrorMessage"]["StringValue"]


def test_a_caller_that_waits_is_told_of_a_throttle(
    cloud: Deployed, reserve: Callable[[str, int], None]
) -> None:
    reserve("probe", 0)
    with pytest.raises(ClientError, match="TooManyRequestsException"):
        cloud.invoke("probe", {})


def test_idle_processes_end_but_for_who_must_answer(
    cloud: Deployed, reserve: Callable[[str, int], None]
) -> None:
    def process() -> int:
        return int(cloud.invoke("probe", {"do": "environment"})[0]["pid"])

    idle = process()
    cloud.local.rest()
    assert poll(lambda: not processes.command_line(idle))

    reserve("probe", 5)
    kept = process()
    cloud.local.rest()
    assert process() == kept


# Queues, bus, stream


def test_a_poisonous_message_is_dead_lettered_and_its_neighbour_is_not(cloud: Deployed) -> None:
    sqs, mark = cloud.client("sqs"), uuid.uuid4().hex
    url = sqs.get_queue_url(QueueName=f"{STACK}-work")["QueueUrl"]
    entries = [
        {"Id": str(i), "MessageBody": body} for i, body in enumerate([f"poison {mark}", f"fine {mark}"])
    ]
    sqs.send_message_batch(QueueUrl=url, Entries=entries)
    record = json.loads(cloud.message("sink", mark)["Body"])
    assert record["body"] == f"fine {mark}"
    assert record["attributes"]["SentTimestamp"]
    assert cloud.message("dlq", mark)["Body"] == f"poison {mark}"


def test_a_bus_rule_delivers_to_a_queue(cloud: Deployed) -> None:
    mark = uuid.uuid4().hex
    for kind in ("linli.health.fever_cleared.v1", "linli.health.fever_confirmed.v1"):
        entry = {
            "Source": "linli.health",
            "DetailType": kind,
            "Detail": json.dumps({"id": mark}),
            "EventBusName": STACK,
        }
        cloud.client("events").put_events(Entries=[entry])
    event = json.loads(cloud.message("sink", mark)["Body"])
    assert event["detail-type"] == "linli.health.fever_confirmed.v1"
    assert event["time"]


def put(cloud: Deployed, pk: str, sk: str) -> None:
    cloud.client("dynamodb").put_item(TableName=STACK, Item={"pk": {"S": pk}, "sk": {"S": sk}})


def test_the_stream_relays_what_its_filter_lets_through(cloud: Deployed) -> None:
    mark = uuid.uuid4().hex
    put(cloud, "willow#gate-1", f"kept back {mark}")
    put(cloud, "outbox", mark)
    record = json.loads(cloud.message("sink", mark)["Body"])
    assert record["dynamodb"]["NewImage"]["pk"] == {"S": "outbox"}


def test_a_poisonous_stream_record_is_given_up_and_the_next_one_relayed(cloud: Deployed) -> None:
    mark = uuid.uuid4().hex
    put(cloud, "outbox", f"poison {mark}")
    put(cloud, "outbox", f"next {mark}")
    lost = json.loads(cloud.message("dlq", "DDBStreamBatchInfo")["Body"])
    assert lost["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert f"next {mark}" in cloud.message("sink", mark)["Body"]


def test_a_table_keeps_what_its_template_says(cloud: Deployed) -> None:
    dynamodb = cloud.client("dynamodb")
    ttl = dynamodb.describe_time_to_live(TableName=STACK)["TimeToLiveDescription"]
    backups = dynamodb.describe_continuous_backups(TableName=STACK)["ContinuousBackupsDescription"]
    assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", "ttl")
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert dynamodb.describe_table(TableName=STACK)["Table"]["SSEDescription"]["Status"] == "ENABLED"


ARITHMETIC = {
    "ConditionExpression": "remaining - :n >= :z",
    "ExpressionAttributeValues": {":n": {"N": "2"}, ":z": {"N": "0"}},
}


@pytest.mark.parametrize("how", ["put", "update", "delete", "transaction"])
def test_arithmetic_in_a_condition_is_refused(cloud: Deployed, how: str) -> None:
    dynamodb, mark = cloud.client("dynamodb"), uuid.uuid4().hex
    key = {"pk": {"S": "stock"}, "sk": {"S": mark}}
    item = {**key, "remaining": {"N": "1"}}
    dynamodb.put_item(TableName=STACK, Item=item)
    asked: dict[str, Callable[[], Any]] = {
        "put": lambda: dynamodb.put_item(TableName=STACK, Item=item, **ARITHMETIC),
        "update": lambda: dynamodb.update_item(
            TableName=STACK, Key=key, UpdateExpression="REMOVE remaining", **ARITHMETIC
        ),
        "delete": lambda: dynamodb.delete_item(TableName=STACK, Key=key, **ARITHMETIC),
        "transaction": lambda: dynamodb.transact_write_items(
            TransactItems=[{"Delete": {"TableName": STACK, "Key": key, **ARITHMETIC}}]
        ),
    }
    with pytest.raises(ClientError, match=r'ValidationException.*Syntax error; token: "-"'):
        asked[how]()
    assert dynamodb.get_item(TableName=STACK, Key=key)["Item"] == item


def test_arithmetic_in_an_update_is_taken(cloud: Deployed) -> None:
    key = {"pk": {"S": "stock"}, "sk": {"S": uuid.uuid4().hex}}
    values = {":n": {"N": "2"}, ":three": {"N": "3"}}
    changed = cloud.client("dynamodb").update_item(
        TableName=STACK,
        Key=key,
        UpdateExpression="SET remaining = :three - :n",
        ConditionExpression="attribute_not_exists(pk)",
        ExpressionAttributeValues=values,
        ReturnValues="ALL_NEW",
    )
    assert changed["Attributes"]["remaining"] == {"N": "1"}


# HTTP


def test_a_request_carries_its_time_and_the_authorizers_verdict(cloud: Deployed) -> None:
    answer = cloud.get("Bearer good")
    assert answer.status_code == 200
    context = answer.json()
    assert abs(context["requestTimeEpoch"] / 1000 - time.time()) < 60
    assert context["authorizer"] == {"principalId": "willow-resident-1", "communities": "willow"}


@pytest.mark.parametrize(
    ("token", "path", "status"),
    [
        (None, "/passes", 401),
        ("Bearer bad", "/passes", 401),
        ("Bearer denied", "/passes", 403),
        (None, "/no", 404),
    ],
)
def test_the_gateway_refuses_with_our_problem_json(
    cloud: Deployed, token: str | None, path: str, status: int
) -> None:
    answer = cloud.get(token, path)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_a_crashed_function_tells_the_caller_nothing(cloud: Deployed) -> None:
    answer = cloud.get("Bearer good", "/passes?crash=1")
    assert answer.status_code == 502
    assert answer.json() == {"message": "Internal server error"}


def test_a_request_over_6_mb_reaches_no_function(cloud: Deployed) -> None:
    bearer = {"Authorization": "Bearer good"}
    answer = requests.get(f"{cloud.api}/passes", data=b"x" * 7_000_000, headers=bearer, timeout=20)
    assert (answer.status_code, answer.json()) == (413, {"message": "Request Too Long"})


def test_a_preflight_carries_the_cors_header(cloud: Deployed) -> None:
    answer = requests.options(cloud.api + "/passes", timeout=20)
    assert answer.headers["Access-Control-Allow-Origin"] == "https://linli.example"


def test_one_public_object_is_readable_and_its_neighbour_is_not(cloud: Deployed) -> None:
    s3 = cloud.client("s3")
    for key in ("jwks.json", "private.json"):
        s3.put_object(Bucket=f"{STACK}-web", Key=key, Body=b"{}")
    base = f"{cloud.local.endpoint}/{STACK}-web"
    assert requests.get(f"{base}/jwks.json", timeout=5).text == "{}"
    assert requests.get(f"{base}/private.json", timeout=5).status_code == 403


def test_nobody_without_credentials_gets_in(cloud: Deployed) -> None:
    unsigned = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}
    assert requests.post(cloud.local.endpoint, headers=unsigned, data="{}", timeout=5).status_code in (
        400,
        403,
    )


# The process


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="Linux lists its sockets there")
def test_both_listeners_are_on_loopback_only(cloud: Deployed) -> None:
    listening = Path("/proc/net/tcp").read_text().splitlines()[1:]
    local = {line.split()[1] for line in listening if line.split()[3] == "0A"}
    for port in (cloud.local.port, cloud.local.mqtt_port):
        assert {address for address in local if address.endswith(f":{port:04X}")} == {f"0100007F:{port:04X}"}


def test_starting_a_running_cloud_finds_it(cloud: Deployed) -> None:
    assert cloud.local.start().pid == json.loads(cloud.local.record.read_text())["pid"]


def test_a_port_in_use_is_named(cloud: Deployed, tmp_path: Path) -> None:
    other = EmbeddedCloud(tmp_path, cloud.local.port, venvs=VENVS)
    with pytest.raises(CommandError, match=rf"port {cloud.local.port} is in use.*--port"):
        other.start()
    assert other.status().condition == "stopped"


def test_a_killed_cloud_is_noticed_and_starts_again(tmp_path: Path) -> None:
    local = EmbeddedCloud(tmp_path, *free_ports(), venvs=VENVS)
    local.install()
    started = local.start()
    os.kill(started.pid, signal.SIGKILL)
    poll(lambda: local.status().condition == "killed")
    assert str(started.pid) in local.status().line
    try:
        assert local.start().pid != started.pid
    finally:
        local.stop()
    assert local.status().condition == "stopped"


def test_a_killed_cloud_has_what_was_acknowledged_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_cloud, "SAVED_EVERY_S", 1)
    local = EmbeddedCloud(tmp_path, *free_ports(), venvs=VENVS)
    local.install()
    started, deployed = local.start(), Deployed(local)
    dynamodb, sqs = deployed.client("dynamodb"), deployed.client("sqs")
    url = sqs.create_queue(QueueName="kept")["QueueUrl"]
    dynamodb.create_table(
        TableName="kept",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    authorizer = {"Runtime": RUNTIME, "AuthorizerCode": "def handler(event, context): pass"}
    name = deployed.deploy(AUTHORIZER_STACK, AUTHORIZER_TEMPLATE, authorizer)["Arn"].rpartition(":")[2]
    functions = deployed.client("lambda")
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    functions.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"it": "waits"}')
    dynamodb.put_item(TableName="kept", Item={"pk": {"S": "row"}})
    sqs.send_message(QueueUrl=url, MessageBody="it is told")
    poll(lambda: "row" in saved(local, "dynamodb") and "it is told" in saved(local, "sqs"))
    os.kill(started.pid, signal.SIGKILL)
    poll(lambda: local.status().condition == "killed")
    try:
        local.start()
        assert dynamodb.get_item(TableName="kept", Key={"pk": {"S": "row"}})["Item"]
        assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "it is told"
        assert functions.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 0
        poll(lambda: "waits" in saved(local, "lambda"))
    finally:
        local.stop()


def saved(local: EmbeddedCloud, service: str) -> str:
    """What is on the disk of a service's state."""
    file = local.home / "state" / f"{service}.json"
    return file.read_text() if file.exists() else ""


def test_a_killed_cloud_leaves_no_worker_behind(tmp_path: Path) -> None:
    local = EmbeddedCloud(tmp_path, *free_ports(), venvs=VENVS)
    local.install()
    deployed = Deployed(local)
    started = local.start()
    authorizer = {
        "Runtime": RUNTIME,
        "AuthorizerCode": "def handler(event, context): return __import__('os').getpid()",
    }
    name = deployed.deploy(AUTHORIZER_STACK, AUTHORIZER_TEMPLATE, authorizer)["Arn"].rpartition(":")[2]
    worker = int(deployed.client("lambda").invoke(FunctionName=name)["Payload"].read())
    os.kill(started.pid, signal.SIGKILL)
    assert poll(lambda: not processes.command_line(worker))
    assert local.stop() == "the local cloud was not running"


def test_a_cloud_that_cannot_start_says_where_to_look(tmp_path: Path) -> None:
    local = EmbeddedCloud(tmp_path / "home", *free_ports(), venvs=tmp_path / "venvs")
    with pytest.raises(CommandError, match=r"not installed.*linli up"):
        local.start()
    for name in ("cloud", "functions"):
        (local.venvs / name / "bin").mkdir(parents=True)
        (local.venvs / name / "installed").touch()
        local.python(name).write_text("#!/bin/sh\necho out of luck\nexit 1\n")
        local.python(name).chmod(0o700)
    with pytest.raises(CommandError, match=r"ended \(.*cloud.log: out of luck\)"):
        local.start()
    assert local.status().condition == "stopped"


def test_installing_again_does_nothing(tmp_path: Path) -> None:
    local = EmbeddedCloud(tmp_path, venvs=VENVS)
    local.install()
    said: list[str] = []
    local.install(said.append)
    assert said == []


def test_a_reset_forgets_the_state(tmp_path: Path) -> None:
    local = EmbeddedCloud(tmp_path, *free_ports(), venvs=VENVS)
    local.install()
    local.start()
    Deployed(local).client("sqs").create_queue(QueueName="forgotten")
    local.stop()
    assert (tmp_path / "state").exists()
    local.reset()
    local.start()
    try:
        assert not Deployed(local).client("sqs").list_queues().get("QueueUrls")
    finally:
        local.stop()


def test_a_process_of_someone_else_is_never_stopped(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        record = {"endpoint": "", "region": "", "port": 1, "mqtt_port": 2, "pid": stranger.pid, "ca": ""}
        (tmp_path / "cloud.json").write_text(json.dumps(record))
        assert EmbeddedCloud(tmp_path).stop() == "the local cloud was not running"
        assert stranger.poll() is None
        stranger.kill()


def test_state_survives_a_stop(cloud: Deployed, tmp_path: Path) -> None:
    mark = uuid.uuid4().hex
    device = Device(cloud, f"gate-{mark[:8]}", tmp_path)
    put(cloud, "willow#gate-1", mark)
    cloud.client("sqs").send_message(
        QueueUrl=cloud.client("sqs").get_queue_url(QueueName=f"{STACK}-sink")["QueueUrl"], MessageBody=mark
    )
    secret = cloud.client("secretsmanager").get_secret_value(SecretId=f"{STACK}/key")["SecretString"]
    cloud.client("s3").put_object(Bucket=f"{STACK}-web", Key="jwks.json", Body=mark.encode())
    ca = cloud.local.ca.read_text()
    mapping = cloud.client("lambda").list_event_source_mappings(FunctionName=f"{STACK}-relay")
    relay = mapping["EventSourceMappings"][0]["UUID"]
    cloud.client("lambda").update_event_source_mapping(UUID=relay, Enabled=False)
    put(cloud, "outbox", f"before {mark}")

    cloud.local.stop()
    cloud.local.start()

    cloud.client("lambda").update_event_source_mapping(UUID=relay, Enabled=True)
    assert len(secret) == 40
    assert cloud.client("secretsmanager").get_secret_value(SecretId=f"{STACK}/key")["SecretString"] == secret
    kept = cloud.client("dynamodb").get_item(
        TableName=STACK, Key={"pk": {"S": "willow#gate-1"}, "sk": {"S": mark}}
    )
    assert kept["Item"]["sk"]["S"] == mark
    assert cloud.message("sink", mark)["Body"] == mark
    assert cloud.get("Bearer good").status_code == 200
    assert cloud.get("Bearer bad").headers["Content-Type"] == "application/problem+json"
    assert requests.get(f"{cloud.local.endpoint}/{STACK}-web/jwks.json", timeout=5).text == mark
    assert cloud.local.ca.read_text() == ca
    assert device.connect()
    device.publish("gate_pass", mark.encode())
    assert device.name in cloud.message("sink", device.name)["Body"]
    device.close()
    assert f"before {mark}" in cloud.message("sink", f"before {mark}")["Body"]
    put(cloud, "outbox", f"after {mark}")
    assert f"after {mark}" in cloud.message("sink", f"after {mark}")["Body"]


def test_an_update_keeps_the_url_of_the_api(cloud: Deployed) -> None:
    before = cloud.api
    cloud.deploy(STACK, TEMPLATE.replace("one", "two"), PARAMETERS, kind="UPDATE")
    assert cloud.api == before
    assert cloud.get("Bearer good").status_code == 200
    assert cloud.get("Bearer bad").headers["Content-Type"] == "application/problem+json"
    ttl = cloud.client("dynamodb").describe_time_to_live(TableName=STACK)["TimeToLiveDescription"]
    assert ttl["TimeToLiveStatus"] == "ENABLED"


# The patches


@pytest.fixture(scope="session")
def gaps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bool]]:
    """What the probes of `localstack/ministack/gaps.py` find in the stock server, and in the patched one."""
    local = EmbeddedCloud(tmp_path_factory.mktemp("gaps"), venvs=VENVS)
    local.install()

    def asked(*arguments: str) -> subprocess.Popen[str]:
        folder = local.home / "-".join(["probes", *arguments])
        folder.mkdir()
        return subprocess.Popen(
            [local.python("cloud"), "-m", "localstack.ministack.gaps", *arguments],
            cwd=ROOT,
            env={"PATH": os.defpath, "TMPDIR": str(folder), "LOG_LEVEL": "ERROR"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def found(process: subprocess.Popen[str]) -> dict[str, bool]:
        said, complaint = process.communicate()
        assert process.returncode == 0, complaint
        return dict(json.loads(said))

    stock, patched = asked(), asked("patched")  # they wait for much, so both at once
    return {"stock": found(stock), "patched": found(patched)}


@pytest.mark.parametrize("patch", PATCHES)
def test_a_patch_is_still_needed_and_works(gaps: dict[str, dict[str, bool]], patch: str) -> None:
    assert gaps["stock"][patch], f"this ministack does not need {patch} any more: delete it"
    assert not gaps["patched"][patch], f"{patch} does not close its gap"


def test_the_readme_lists_every_patch_in_order() -> None:
    readme = (ROOT / "localstack/README.md").read_text()
    table = readme.partition("\n| patch | without it |\n")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == PATCHES


def test_the_readme_lists_every_plugin() -> None:
    folder = ROOT / "localstack"
    entries = re.findall(r"linli_localstack\.(\w+):", (folder / "plugins/pyproject.toml").read_text())
    section = (
        (folder / "README.md").read_text().partition("\n## LocalStack's plugins\n")[2].partition("\n## ")[0]
    )
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(entries)
