"""The one place that knows what a stage's resources are called.

While Chalice packages, names are CloudFormation intrinsics; while a function runs, they are text.
"""

import os

Intrinsic = dict[str, str]


def stage() -> str:
    """The stage this function is deployed to: `local`, `prod`, …

    Raises KeyError outside a deployed function: a missing stage must not fall back to another's data.
    """
    return os.environ["LINLI_STAGE"]


def queue_arn(service: str, action: str) -> Intrinsic:
    """The queue in front of an action, as a template expression."""
    name = f"linli-${{Stage}}-{service}-{action.replace('_', '-')}"
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:sqs:${{AWS::Region}}:${{AWS::AccountId}}:{name}"}


def authorizer_uri() -> Intrinsic:
    """The invocation URI of the JWT authorizer, which lives in the `directory` stack."""
    lambda_path = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"
    function = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function"
    return {"Fn::Sub": f"{lambda_path}/{function}:linli-${{Stage}}-directory-authorizer/invocations"}
