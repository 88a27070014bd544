"""Months as far as bills reach back."""


def span(period: str, months: int) -> tuple[str, str]:
    """The months so far before and after one."""
    number = int(period[:4]) * 12 + int(period[5:]) - 1
    first, last = number - months, number + months
    return f"{first // 12:04}-{first % 12 + 1:02}", f"{last // 12:04}-{last % 12 + 1:02}"
