"""Who may do what with dues, payments and the books. No other service asks."""

from linli.permissions import EVERYONE, RUNNING_IT, Permission, Role

READ_DUES = Permission("dues:read", EVERYONE)
READ_ALL_DUES = Permission("dues:read-all", RUNNING_IT)
PAY = Permission("payments:pay", {Role.RESIDENT}, fresh=True)
READ_PAYMENTS = Permission("payments:read", EVERYONE)
READ_ALL_PAYMENTS = Permission("payments:read-all", RUNNING_IT)
REFUND = Permission("payments:refund", RUNNING_IT, fresh=True)
TAKE_PAYMENTS = Permission("payments:take", RUNNING_IT, fresh=True)
READ_LEDGER = Permission("ledger:read", RUNNING_IT)
READ_INBOX = Permission("inbox:read", {Role.OPERATOR})
REPLAY_INBOX = Permission("inbox:replay", {Role.OPERATOR}, fresh=True)
READ_DISCREPANCIES = Permission("discrepancies:read", RUNNING_IT)
