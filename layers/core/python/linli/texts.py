"""What people write: a text, if there is something in it to see, whatever its length (漏水)."""

from typing import Annotated
from unicodedata import category

from pydantic import AfterValidator, Field

from linli.errors import InvalidField

UNSEEN = frozenset({"Cc", "Cf", "Cn", "Cs", "Me", "Mn", "Zl", "Zp", "Zs"})  # blanks, formats, lone marks
BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and a pattern that print nothing


def is_visible(text: str) -> bool:
    """Whether anybody could see that something is written there."""
    return any(category(one) not in UNSEEN and one not in BLANKS for one in text)


def _seen(text: str) -> str:
    if not is_visible(text):
        raise InvalidField("not_visible")
    return text


def _seen_or_empty(text: str) -> str:
    return text if is_visible(text) else ""


Words = Annotated[str, Field(min_length=1), AfterValidator(_seen)]
"""A text that has to say something. Blanks, zero-width and format characters alone do not."""
Remark = Annotated[str, AfterValidator(_seen_or_empty)]
"""A text that may say nothing; one in which nothing can be seen is none."""
