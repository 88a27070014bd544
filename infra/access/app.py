"""The access service: gates, credentials, passes."""

from chalice import Chalice

from functions.access.credential import handler as credential
from functions.access.door_event import handler as door_event
from functions.access.gate import handler as gate
from functions.access.gate_pass import handler as gate_pass
from functions.access.remote_open import handler as remote_open
from functions.access.standing import handler as standing
from functions.access.visitor_pass import handler as visitor_pass
from linli import relay

app = Chalice(app_name="linli-access", configure_logs=False)
app.register_blueprint(gate_pass.blueprint)
app.register_blueprint(gate.blueprint)
app.register_blueprint(credential.blueprint)
app.register_blueprint(visitor_pass.blueprint)
app.register_blueprint(remote_open.blueprint)
app.register_blueprint(door_event.blueprint)
app.register_blueprint(standing.blueprint)
app.register_blueprint(relay.blueprint)
