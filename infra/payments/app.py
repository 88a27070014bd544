"""The payments service: from a bill to a receipt. The callbacks of providers are a project of their own."""

from chalice import Chalice

from functions.payments.bill import handler as bill
from functions.payments.community import handler as community
from functions.payments.hand_payment import handler as hand_payment
from functions.payments.household import handler as household
from functions.payments.ledger_entry import handler as ledger_entry
from functions.payments.payment_intent import handler as payment_intent
from functions.payments.reconcile import handler as reconcile
from functions.payments.refund import handler as refund
from functions.payments.statement import handler as statement
from functions.payments.stored_callback import handler as stored_callback
from functions.payments.sweep import handler as sweep
from linli import relay

app = Chalice(app_name="linli-payments", configure_logs=False)
app.register_blueprint(bill.blueprint)
app.register_blueprint(payment_intent.blueprint)
app.register_blueprint(hand_payment.blueprint)
app.register_blueprint(stored_callback.blueprint)
app.register_blueprint(sweep.blueprint)
app.register_blueprint(refund.blueprint)
app.register_blueprint(reconcile.blueprint)
app.register_blueprint(statement.blueprint)
app.register_blueprint(ledger_entry.blueprint)
app.register_blueprint(community.blueprint)
app.register_blueprint(household.blueprint)
app.register_blueprint(relay.blueprint)
