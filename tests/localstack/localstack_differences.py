"""What LocalStack does not do, or does otherwise than the embedded cloud: the table in localstack/README.md.

Each test says what is so today; one that fails tells that the table, and perhaps a plugin, is out of date.
"""

import json

import pytest
from botocore.exceptions import ClientError

from linli_cli.devices import handing_over
from tests.localstack.conftest import Alone

TABLE = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
}


def test_a_role_that_may_do_nothing_is_not_refused(alone: Alone) -> None:
    alone.client("dynamodb").create_table(TableName="open", **TABLE)
    code = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    return boto3.client('dynamodb').get_item(TableName='open', Key={'pk': {'S': '1'}}).get('Item')"
    )

    assert alone.invoke(alone.function(code)) is None


def test_a_topic_rule_never_fires(alone: Alone) -> None:
    iot, sqs = alone.client("iot"), alone.client("sqs")
    url = sqs.create_queue(QueueName="ruled")["QueueUrl"]
    action = {"sqs": {"queueUrl": url, "roleArn": "arn:aws:iam::000000000000:role/any", "useBase64": False}}
    iot.create_topic_rule(
        ruleName="ruled", topicRulePayload={"sql": "SELECT * FROM 'linli/#'", "actions": [action]}
    )

    alone.client("iot-data").publish(topic="linli/willow/gate/gate_pass", payload=b"{}")

    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)


def test_there_is_no_broker_and_what_is_published_can_be_read(alone: Alone) -> None:
    assert alone.local.ports["--mqtt-port"] is None

    alone.client("iot-data").publish(topic="linli/maple/gate/command", payload=json.dumps({"open": True}))

    assert published(alone)[-1] == ("linli/maple/gate/command", {"open": True})


def published(alone: Alone) -> list[tuple[str, object]]:
    told = handing_over.published(alone.local.endpoint)
    return [(each["topic"], json.loads(each["payload"])) for each in told]


def test_arithmetic_in_a_condition_is_refused_as_on_aws(alone: Alone) -> None:
    dynamodb = alone.client("dynamodb")
    dynamodb.create_table(TableName="strict", **TABLE)

    with pytest.raises(ClientError, match="ValidationException"):
        dynamodb.update_item(
            TableName="strict",
            Key={"pk": {"S": "1"}},
            UpdateExpression="SET remaining = :n",
            ConditionExpression="remaining - :n >= :n",
            ExpressionAttributeValues={":n": {"N": "1"}},
        )
