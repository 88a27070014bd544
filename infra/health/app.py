"""The health service: temperatures and fevers."""

from chalice import Chalice

from functions.health.community import handler as community
from functions.health.fever_check import handler as fever_check
from linli import relay

app = Chalice(app_name="linli-health", configure_logs=False)
app.register_blueprint(fever_check.blueprint)
app.register_blueprint(community.blueprint)
app.register_blueprint(relay.blueprint)
