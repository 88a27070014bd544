"""Functions that operations call by name, through IAM, and wait for: no gateway, no token, no route."""

from collections.abc import Callable
from typing import Any, TypeVar, Unpack

from chalice.app import Blueprint
from pydantic import ValidationError
from pydantic_core import to_json

from linli.contracts import Contract
from linli.errors import InvalidRequest, LinliError
from linli.observability import observed
from linli.triggers import Answers, Trigger, called

Body = TypeVar("Body", bound=Contract)
Answer = dict[str, Any]


def invocation(
    blueprint: Blueprint, model: type[Body], **needs: Unpack[Answers]
) -> Callable[[Callable[[Body], Contract]], Callable[[Any, Any], Answer]]:
    """For a function that is invoked directly: `function(parsed event) -> contract`.

    What no retry can help is answered with its problem document, whose `status` is 400 or above; what may
    pass by itself is raised.
    """

    def decorate(function: Callable[[Body], Contract]) -> Callable[[Any, Any], Answer]:
        def handler(event: Any, context: Any) -> Answer:
            correlation_id = context.aws_request_id
            try:
                with observed(function.__name__, correlation_id):
                    return function(_parsed(event, model)).model_dump(mode="json", exclude_none=True)
            except LinliError as error:
                if error.retryable:
                    raise
                return error.problem(correlation_id)

        handler.__name__ = function.__name__
        handler.__doc__ = function.__doc__
        trigger = Trigger(function.__module__, function.__name__, "call", needs={**needs})
        return called(blueprint, trigger, handler)

    return decorate


def _parsed(event: Any, model: type[Body]) -> Body:
    try:
        return model.model_validate_json(to_json(event))
    except ValidationError as error:
        raise InvalidRequest.from_validation(error) from error
