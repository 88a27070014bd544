"""The devices service: which devices there are, their certificates, and whether they live."""

from chalice import Chalice

from functions.devices.community import handler as community
from functions.devices.device import handler as device
from functions.devices.heartbeat import handler as heartbeat
from functions.devices.overdue import handler as overdue
from linli import relay

app = Chalice(app_name="linli-devices", configure_logs=False)
app.register_blueprint(device.blueprint)
app.register_blueprint(heartbeat.blueprint)
app.register_blueprint(overdue.blueprint)
app.register_blueprint(community.blueprint)
app.register_blueprint(relay.blueprint)
