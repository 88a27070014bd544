"""What a developer reads off the code and tries on it: actions, samples, contracts, figures."""
