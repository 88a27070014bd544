"""Bulk uploads: make a place for a file, process it once it is there, show how it ended."""

from chalice.app import Blueprint

from functions.utilities import permissions
from functions.utilities.bulk_upload import store
from functions.utilities.bulk_upload.models import Notification, Upload, UploadAsked, UploadPlace
from linli.http import Nothing, Request, route
from linli.queues import Delivery, task_queue

blueprint = Blueprint(__name__)
UPLOADS = "/communities/{community}/uploads"


@task_queue(blueprint, Notification, timeout_s=900, memory_mb=1024)
def bulk_upload(notification: Notification, _: Delivery) -> str:
    """S3 says that a file is there."""
    outcome = "test_event"
    for stored in notification.Records:
        outcome = store.process(stored.s3.object.key, stored.eventTime)
    return outcome


@route(blueprint, "POST", UPLOADS, permissions.UPLOAD_READINGS, body=UploadAsked, status=201)
def prepare_upload(request: Request[UploadAsked, Nothing]) -> UploadPlace:
    """Make a place for a file of readings, limited in size and type."""
    return store.prepare(request.tenant, request.body, request.person, request.creation)


@route(blueprint, "GET", UPLOADS + "/{upload}", permissions.UPLOAD_READINGS)
def show_upload(request: Request[Nothing, Nothing]) -> Upload:
    """How a file ended, and where its report is."""
    return store.find(request.tenant, request.path["upload"])
