"""How a stage stands, and what helps: `status`, `runbook`."""
