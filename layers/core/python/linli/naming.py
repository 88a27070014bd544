"""The one place that knows what a stage's resources are called.

While Chalice packages, names are CloudFormation intrinsics; while a function runs, they are text.
"""

import os
from typing import cast


def stage() -> str:
    """The stage this function is deployed to: `local`, `prod`, …

    Raises KeyError outside a deployed function: a missing stage must not fall back to another's data.
    """
    return os.environ["LINLI_STAGE"]


def reaches_anybody() -> bool:
    """Whether what this stage sends to others may go to private addresses, and without TLS: the local cloud's
    may, where gateways and subscribers are on the same machine.
    """
    return os.environ.get("LINLI_RECEIVERS") == "anywhere"


def reference(parameter: str) -> str:
    """A parameter of the template, such as `StreamArn`: Chalice asks for text and passes this through."""
    return cast("str", {"Ref": parameter})


def logical_id(action: str) -> str:
    """What an action's function and queue are called in templates: `gate_pass` is `GatePass`."""
    return "".join(part.capitalize() for part in action.split("_"))


def queue_arn(action: str) -> str:
    """The ARN of an action's queue, which is in the state stack of its service."""
    return reference(f"{logical_id(action)}Arn")


def authorizer_uri() -> str:
    """The invocation URI of the JWT authorizer, which lives in the `directory` stack."""
    lambda_path = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"
    function = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function"
    uri = {"Fn::Sub": f"{lambda_path}/{function}:linli-${{Stage}}-directory-authorizer/invocations"}
    return cast("str", uri)
