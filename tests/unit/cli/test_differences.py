"""What differs of two templates: rights that grow, and what holds something and would be another one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli_cli.deploy.differences import HOLDERS, grown, replaced

ACTIONS = ("dynamodb:GetItem", "dynamodb:PutItem", "sqs:SendMessage", "*")
some = st.sets(st.tuples(st.sampled_from(ACTIONS), st.sampled_from(["a", "b"])), max_size=6)


def role(rights: set[tuple[str, str]], effect: str = "Allow", *, grouped: bool = False) -> dict[str, Any]:
    if grouped:
        by_resource = {where: sorted(what for what, at in rights if at == where) for _, where in rights}
        statements = [
            {"Effect": effect, "Action": each, "Resource": [at]} for at, each in by_resource.items()
        ]
    else:
        statements = [{"Effect": effect, "Action": what, "Resource": at} for what, at in sorted(rights)]
    document = {"Fn::If": ["IsTraced", {"Statement": statements}, {"Ref": "AWS::NoValue"}]}
    properties = {"Policies": [{"PolicyName": "own", "PolicyDocument": document}]}
    return {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}}}


@given(before=some, after=some)
def test_each_right_that_is_new_is_told_and_no_other(
    before: set[tuple[str, str]], after: set[tuple[str, str]]
) -> None:
    told = grown(role(before), role(after, grouped=True))

    assert told == sorted(f"Role: {what} on {where}" for what, where in after - before)


@given(before=some, after=some)
def test_what_is_no_longer_denied_is_a_right(
    before: set[tuple[str, str]], after: set[tuple[str, str]]
) -> None:
    told = grown(role(before, "Deny"), role(after, "Deny"))

    assert told == sorted(f"no longer denied: Role: {what} on {where}" for what, where in before - after)


def test_a_condition_that_goes_away_is_a_right() -> None:
    narrow = role({("sqs:SendMessage", "a")})
    policy = narrow["Resources"]["Role"]["Properties"]["Policies"][0]["PolicyDocument"]
    policy["Fn::If"][1]["Statement"][0]["Condition"] = {"ArnEquals": {"aws:SourceArn": "a rule"}}

    assert grown(narrow, role({("sqs:SendMessage", "a")})) == ["Role: sqs:SendMessage on a"]


def test_who_may_call_a_function_and_a_policy_of_aws_are_rights() -> None:
    permission = {
        "Type": "AWS::Lambda::Permission",
        "Properties": {"Principal": "*", "Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "F"}},
    }
    managed = {
        "Type": "AWS::IAM::Role",
        "Properties": {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/Admin"]},
    }

    told = grown({}, {"Resources": {"Permission": permission, "Role": managed}})

    assert len(told) == 2
    assert "Principal *" in told[0]
    assert told[1] == "Role: policy arn:aws:iam::aws:policy/Admin"


@pytest.mark.parametrize(("kind", "member"), [(kind, each) for kind, of in HOLDERS.items() for each in of])
def test_what_holds_something_and_changes_its_identity_is_another_one(kind: str, member: str) -> None:
    def holding(value: str, **more: Any) -> dict[str, Any]:
        return {"Resources": {"Held": {"Type": kind, "Properties": {member: value, **more}}}}

    assert replaced(holding("one"), holding("other")) == ["Held"]
    assert replaced(holding("one"), {"Resources": {}}) == ["Held"]
    assert replaced(holding("one"), holding("one", Tags=[])) == []
    assert replaced({}, holding("one")) == []
