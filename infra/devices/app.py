"""The devices service: which devices there are, and their certificates."""

from chalice import Chalice

from functions.devices.device import handler as device
from linli import relay

app = Chalice(app_name="linli-devices", configure_logs=False)
app.register_blueprint(device.blueprint)
app.register_blueprint(relay.blueprint)
