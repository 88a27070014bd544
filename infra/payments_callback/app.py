"""The one route of payments without a token, with a role of its own: what a provider signs, it may settle."""

from chalice import Chalice

from functions.payments.payment_callback import handler as payment_callback

app = Chalice(app_name="linli-payments-callback", configure_logs=False)
app.register_blueprint(payment_callback.blueprint)
