"""The quick table answers as moto does, to the very operations that payments uses."""

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pynamodb.connection import Connection
from pynamodb.exceptions import PynamoDBException

from linli.aws import client
from linli.tables import ConditionsFailed, Transaction, read
from tests.integration.conftest import Service
from tests.integration.gateway import NOW
from tests.integration.quick_table import QuickTable, in_place_of_dynamodb
