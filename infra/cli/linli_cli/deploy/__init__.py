"""From the sources to stacks: packages, layers, templates, change sets; `deploy`, `rollback`."""
