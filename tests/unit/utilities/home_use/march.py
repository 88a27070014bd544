"""March in Shanghai."""

from functions.utilities.local_days import days_of_month

ZONE = "Asia/Shanghai"
MARCH = days_of_month("2026-03")
