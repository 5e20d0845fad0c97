"""The API of version 1: its routers, its document, its way of saying no."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import JSONRenderer

from bashgah import __version__
from bashgah.api import document, through
from bashgah.api.routes import (
    activities,
    adjustments,
    backtests,
    branches,
    carts,
    erasure,
    grants,
    groups,
    health,
    member_export,
    members,
    merges,
    openings,
    products,
    program,
    proof,
    recompute,
    redemptions,
    reviews,
    rewards,
    social,
    tiers,
    transfers,
    wallets,
    why,
)
from bashgah.api.strict import StrictParser


class ReadableJSON(JSONRenderer):
    """JSON whose Persian can be read where it arrives, as in the intake's answers."""

    json_dumps_params = {"ensure_ascii": False}


class ClubAPI(NinjaAPI):
    """ninja's API with the intake's operations and the problems in its document."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Return the whole document: what ninja serves and what the intake serves."""
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        document.complete(schema, self._operations())
        return schema

    def get_openapi_operation_id(self, operation: Any) -> str:
        """Name an operation as its function is named."""
        return str(operation.view_func.__name__)

    def queries(self) -> dict[str, dict[str, frozenset[str]]]:
        """Return which parameters of the address each operation knows, by its route (Django's) and method."""
        found: dict[str, dict[str, frozenset[str]]] = {}
        for router in self._get_bound_routers():
            for path, view in router.path_operations.items():
                route = path.replace("//", "/").lstrip("/").replace("{", "<").replace("}", ">")
                for operation in view.operations:
                    names = _query_names(operation)
                    found.setdefault(route, {}).update(dict.fromkeys(operation.methods, names))
        return found

    def _operations(self) -> dict[str, Any]:
        return {
            self.get_openapi_operation_id(operation): operation
            for router in self._get_bound_routers()
            for view in router.path_operations.values()
            for operation in view.operations
        }


def _query_names(operation: Any) -> frozenset[str]:
    return frozenset(
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in model.__ninja_flatten_map__
    )


api = ClubAPI(
    title="Bashgah",
    version=__version__,
    description=document.INTRODUCTION,
    parser=StrictParser(),
    renderer=ReadableJSON(),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api-v1",
)
for error in (Exception, ValidationError, HttpError, AuthenticationError, Http404):
    api.add_exception_handler(error, through.answer)
for router in (
    erasure.router,
    member_export.router,
    members.router,
    wallets.router,
    openings.router,
    tiers.router,
    activities.router,
    why.router,
    carts.router,
    reviews.router,
    social.router,
    recompute.router,
    rewards.router,
    redemptions.router,
    grants.router,
    transfers.router,
    groups.router,
    adjustments.router,
    merges.router,
    products.router,
    branches.router,
    program.router,
    backtests.router,
    proof.router,
    health.router,
):
    api.add_router("", router)
