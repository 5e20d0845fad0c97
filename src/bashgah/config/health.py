"""What a watcher asks: is the process alive, may it be given work, what has it counted."""

from __future__ import annotations

import prometheus_client
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse, JsonResponse
from psycopg_pool import PoolTimeout

LOOPBACK = {"127.0.0.1", "::1", ""}


@non_atomic_requests
def livez(_request: HttpRequest) -> HttpResponse:
    """Answer as long as the process can answer at all."""
    return JsonResponse({"status": "alive"})


@non_atomic_requests
def readyz(_request: HttpRequest) -> HttpResponse:
    """Say whether work may be sent here: the database answers and its tables are those of this release."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        executor = MigrationExecutor(connection)
        behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except (DatabaseError, PoolTimeout):
        return JsonResponse({"status": "database away"}, status=503)
    if behind:
        return JsonResponse({"status": "migrations wait"}, status=503)
    return JsonResponse({"status": "ready"})


@non_atomic_requests
def metrics(request: HttpRequest) -> HttpResponse:
    """Hand out the Prometheus counters; to this machine alone unless the installation says otherwise."""
    if not settings.METRICS_OPEN and request.META.get("REMOTE_ADDR", "") not in LOOPBACK:
        return JsonResponse({"status": "not here"}, status=404)
    return HttpResponse(
        prometheus_client.generate_latest(), content_type=prometheus_client.CONTENT_TYPE_LATEST
    )
