"""What every Linli service shares: contracts, errors, triggers, observation, state.

Services import these modules; nothing here imports a service. It lies in the core layer; `linli.vocabulary`,
as far as a service reaches it, in the service's own package.
"""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
