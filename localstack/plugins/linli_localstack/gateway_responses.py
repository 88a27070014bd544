"""What API Gateway answers by itself, as the API's OpenAPI document declares it.

Stock drops `x-amazon-apigateway-gateway-responses` when it imports the document, and of one that was put by
the API it uses the status alone: 401, 403 and 404 would not be problem+json.
"""

from typing import Any

from localstack.aws.connect import connect_to
from localstack.services.apigateway.legacy import provider
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    get_gateway_response_or_default,
)
from localstack.services.apigateway.next_gen.execute_api.handlers.gateway_exception import (
    GatewayExceptionHandler,
)

from localstack.runtime import hooks

DECLARED = "x-amazon-apigateway-gateway-responses"
HEADER = "gatewayresponse.header."


@hooks.on_infra_start()
def import_gateway_responses() -> None:
    stock = provider.import_api_from_openapi_spec

    def import_api(rest_api: Any, context: Any, open_api_spec: Any, mode: Any) -> Any:
        imported = stock(rest_api, context=context, open_api_spec=open_api_spec, mode=mode)
        clients = connect_to(aws_access_key_id=context.account_id, region_name=context.region)
        for kind, response in (open_api_spec.get(DECLARED) or {}).items():
            clients.apigateway.put_gateway_response(restApiId=rest_api.id, responseType=kind, **response)
        return imported

    provider.import_api_from_openapi_spec = import_api


@hooks.on_infra_start()
def answer_with_gateway_responses() -> None:
    """Fixed headers, and a template without variables; one with variables stays the stock's."""
    stock = GatewayExceptionHandler.create_exception_response

    def answer(handler: Any, exception: Any, context: Any) -> Any:
        response = stock(handler, exception, context)
        responses = context.deployment.rest_api.gateway_responses
        declared = get_gateway_response_or_default(exception.type, responses)
        template = (declared.get("responseTemplates") or {}).get("application/json", "$")
        if declared.get("defaultResponse", True) or "$" in template:
            return response
        response.set_data(template)
        for name, value in (declared.get("responseParameters") or {}).items():
            if name.startswith(HEADER) and value.startswith("'"):
                response.headers[name.removeprefix(HEADER)] = value.strip("'")
        return response

    GatewayExceptionHandler.create_exception_response = answer
