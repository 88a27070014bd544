"""The maintenance service: repairs, complaints, enquiries, and the 12345 hotline."""

from chalice import Chalice

from functions.maintenance.clocks import handler as clocks
from functions.maintenance.community import handler as community
from functions.maintenance.escalation import handler as escalation
from functions.maintenance.hotline import handler as hotline
from functions.maintenance.hotline_key import handler as hotline_key
from functions.maintenance.proactive_ticket import handler as proactive_ticket
from functions.maintenance.repair_ticket import handler as repair_ticket
from functions.maintenance.repairer import handler as repairer
from functions.maintenance.ticket_rates import handler as ticket_rates
from linli import relay

app = Chalice(app_name="linli-maintenance", configure_logs=False)
app.api.binary_types.append("multipart/form-data")  # photos that a hotline sends, byte for byte
app.register_blueprint(repair_ticket.blueprint)
app.register_blueprint(repairer.blueprint)
app.register_blueprint(escalation.blueprint)
app.register_blueprint(clocks.blueprint)
app.register_blueprint(proactive_ticket.blueprint)
app.register_blueprint(hotline.blueprint)
app.register_blueprint(hotline_key.blueprint)
app.register_blueprint(ticket_rates.blueprint)
app.register_blueprint(community.blueprint)
app.register_blueprint(relay.blueprint)
