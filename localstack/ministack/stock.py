"""Reaching into the stock server: a patch that no longer finds its target stops the start."""

import functools
from collections.abc import Callable
from typing import Any

Replacement = Callable[..., Any]


def replace(owner: Any, name: str) -> Callable[[Callable[[Any], Replacement]], Replacement]:
    """Replace `owner.name` by what the decorated function makes of the stock one.

    Raises AttributeError when the stock server has no such name any more.
    """

    def decorate(make: Callable[[Any], Replacement]) -> Replacement:
        stock = getattr(owner, name)
        replacement = functools.wraps(stock)(make(stock))
        setattr(owner, name, replacement)
        return replacement

    return decorate


def substitute(text: str, old: str, new: str) -> str:
    """Replace a piece of stock source. Raises LookupError when it is not there exactly once."""
    if text.count(old) != 1:
        raise LookupError(f"expected once in the stock source: {old}")
    return text.replace(old, new)
