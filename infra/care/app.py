"""The care service: people who live alone, and whoever looks after them."""

from chalice import Chalice

from functions.care.alert import handler as alert
from functions.care.away import handler as away
from functions.care.check_in import handler as check_in
from functions.care.community import handler as community
from functions.care.duty import handler as duty
from functions.care.escalation import handler as escalation
from functions.care.gateway_reply import handler as gateway_reply
from functions.care.idle_alert import handler as idle_alert
from functions.care.relative import handler as relative
from functions.care.sensor_fault import handler as sensor_fault
from functions.care.sign_of_life import handler as sign_of_life
from functions.care.signal import handler as signal
from functions.care.sos import handler as sos
from functions.care.sweep import handler as sweep
from functions.care.visit import handler as visit
from functions.care.watch import handler as watch
from functions.care.watchdog import handler as watchdog
from linli import relay

app = Chalice(app_name="linli-care", configure_logs=False)
app.register_blueprint(signal.blueprint)
app.register_blueprint(sign_of_life.blueprint)
app.register_blueprint(watch.blueprint)
app.register_blueprint(check_in.blueprint)
app.register_blueprint(away.blueprint)
app.register_blueprint(sweep.blueprint)
app.register_blueprint(idle_alert.blueprint)
app.register_blueprint(sensor_fault.blueprint)
app.register_blueprint(community.blueprint)
app.register_blueprint(sos.blueprint)
app.register_blueprint(escalation.blueprint)
app.register_blueprint(alert.blueprint)
app.register_blueprint(gateway_reply.blueprint)
app.register_blueprint(relative.blueprint)
app.register_blueprint(visit.blueprint)
app.register_blueprint(duty.blueprint)
app.register_blueprint(watchdog.blueprint)
app.register_blueprint(relay.blueprint)
