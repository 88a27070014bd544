"""What every Linli service shares: contracts, errors, triggers, observation, state.

Services import these modules; nothing here imports a service.
"""
