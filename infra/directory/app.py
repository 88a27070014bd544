"""The directory: companies, communities, people and their roles; the authorizer of every API."""

from chalice import Chalice

from functions.directory.appoint_official import handler as appoint_official
from functions.directory.authorizer import handler as authorizer
from functions.directory.building import handler as building
from functions.directory.community import handler as community
from functions.directory.company import handler as company
from functions.directory.membership import handler as membership
from functions.directory.onboard import handler as onboard
from functions.directory.operator import handler as operator
from functions.directory.person import handler as person
from linli import relay

app = Chalice(app_name="linli-directory", configure_logs=False)
app.register_blueprint(appoint_official.blueprint)
app.register_blueprint(authorizer.blueprint)
app.register_blueprint(building.blueprint)
app.register_blueprint(community.blueprint)
app.register_blueprint(company.blueprint)
app.register_blueprint(membership.blueprint)
app.register_blueprint(onboard.blueprint)
app.register_blueprint(operator.blueprint)
app.register_blueprint(person.blueprint)
app.register_blueprint(relay.blueprint)
