"""Messages to people, by gateways that push, text and call: the contract, and how they are handed over."""
