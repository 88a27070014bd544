"""Patches of API Gateway REST APIs made from an OpenAPI body, as Chalice's templates make them."""

from typing import Any

from ministack.services import apigateway_v1
from ministack.services.cloudformation import provisioners

from localstack.ministack.stock import replace

INTEGRATION_FIELDS = (
    "requestTemplates",
    "requestParameters",
    "passthroughBehavior",
    "credentials",
    "contentHandling",
    "timeoutInMillis",
)
KEPT_ON_UPDATE = ("_stages_v1", "_deployments_v1", "_deployed_gateway_responses")


def import_integration_responses() -> None:
    """Stock reads type, method and URI of an integration: CORS preflights answer without headers."""

    @replace(apigateway_v1, "_import_operation")
    def _(stock: Any) -> Any:
        def import_operation(
            api_id: str, resource_id: str, method: str, operation: dict[str, Any] | None, *security: Any
        ) -> None:
            stock(api_id, resource_id, method, operation, *security)
            declared = (operation or {}).get("x-amazon-apigateway-integration")
            if not declared:
                return
            resource = apigateway_v1._resources[api_id][resource_id]
            integration = resource["resourceMethods"][method]["methodIntegration"]
            integration.update({name: declared[name] for name in INTEGRATION_FIELDS if name in declared})
            for pattern, response in (declared.get("responses") or {}).items():
                status = str(response.get("statusCode", "200"))
                integration["integrationResponses"][status] = {
                    "statusCode": status,
                    "selectionPattern": "" if pattern == "default" else pattern,
                    "responseParameters": response.get("responseParameters", {}),
                    "responseTemplates": response.get("responseTemplates", {}),
                }

        return import_operation


def import_gateway_responses() -> None:
    """Stock drops `x-amazon-apigateway-gateway-responses`: our problem+json for 401, 403 and 404."""

    @replace(apigateway_v1, "_import_rest_api")
    def _(stock: Any) -> Any:
        def import_rest_api(spec: dict[str, Any], base_data: dict[str, Any] | None = None) -> str:
            api_id: str = stock(spec, base_data)
            declared = spec.get("x-amazon-apigateway-gateway-responses") or {}
            for response_type, response in declared.items():
                status, _, body = apigateway_v1._put_gateway_response(api_id, response_type, response)
                if status >= 400:  # noqa: PLR2004 - HTTP
                    raise ValueError(f"gateway response {response_type}: {body!r}")
            return api_id

        return import_rest_api


def import_binary_media_types() -> None:
    """Stock reads them of the template's property and not of the body, where Chalice puts them: a photo is
    handed over as text.
    """

    @replace(apigateway_v1, "_import_rest_api")
    def _(stock: Any) -> Any:
        def import_rest_api(spec: dict[str, Any], base_data: dict[str, Any] | None = None) -> str:
            api_id: str = stock(spec, base_data)
            declared = spec.get("x-amazon-apigateway-binary-media-types")
            if declared:
                apigateway_v1._rest_apis[api_id]["binaryMediaTypes"] = [*declared]
            return api_id

        return import_rest_api


def keep_api_id_on_update() -> None:
    """Stock makes a new API, with a new URL, for every change of the body; AWS overwrites the old one."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::RestApi"]
    stock_update = handlers["update"]

    def update(
        api_id: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str | None = None
    ) -> tuple[str, dict[str, Any]]:
        if new.get("Body") == old.get("Body"):
            unchanged: tuple[str, dict[str, Any]] = stock_update(api_id, old, new, stack, logical_id)
            return unchanged
        kept = {name: getattr(apigateway_v1, name).get(api_id) for name in KEPT_ON_UPDATE}
        apigateway_v1._delete_rest_api(api_id)
        pinned = {**new, "Tags": [*new.get("Tags", []), {"Key": "ms-custom-id", "Value": api_id}]}
        created: tuple[str, dict[str, Any]] = handlers["create"](logical_id or api_id, pinned, stack)
        apigateway_v1._rest_apis[api_id]["tags"].pop("ms-custom-id", None)
        apigateway_v1._v1_tags[apigateway_v1._rest_api_arn(api_id)].pop("ms-custom-id", None)
        for name, value in kept.items():
            if value:
                getattr(apigateway_v1, name)[api_id] = value
        return created

    handlers["update"] = update


def hide_function_errors() -> None:
    """Stock answers a crashed function with its error text; AWS says "Internal server error"."""

    @replace(apigateway_v1, "_lambda_proxy_response")
    def _(stock: Any) -> Any:
        def proxy_response(result: Any) -> tuple[Any, str | None]:
            response, error = stock(result)
            return response, "Internal server error" if error else None

        return proxy_response
