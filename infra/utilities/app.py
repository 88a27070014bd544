"""The utilities service: meters, readings, consumption, tariffs, bills."""

from chalice import Chalice

from functions.utilities.bill_run import handler as bill_run
from functions.utilities.bulk_upload import handler as bulk_upload
from functions.utilities.community import handler as community
from functions.utilities.consumption import handler as consumption
from functions.utilities.held_reading import handler as held_reading
from functions.utilities.household import handler as household
from functions.utilities.meter import handler as meter
from functions.utilities.meter_reading import handler as meter_reading
from functions.utilities.signal import handler as signal
from functions.utilities.tariff import handler as tariff
from linli import relay

app = Chalice(app_name="linli-utilities", configure_logs=False)
app.register_blueprint(meter_reading.blueprint)
app.register_blueprint(meter.blueprint)
app.register_blueprint(bulk_upload.blueprint)
app.register_blueprint(held_reading.blueprint)
app.register_blueprint(consumption.blueprint)
app.register_blueprint(signal.blueprint)
app.register_blueprint(tariff.blueprint)
app.register_blueprint(bill_run.blueprint)
app.register_blueprint(household.blueprint)
app.register_blueprint(community.blueprint)
app.register_blueprint(relay.blueprint)
