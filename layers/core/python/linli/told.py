"""Texts that were written down: told in the language of who reads them, as far as they are ours."""

from typing import TYPE_CHECKING, Annotated

from pydantic import PlainSerializer

if TYPE_CHECKING:
    from pydantic import SerializationInfo

ACCEPTED = "accept-language"  # the header of who reads, in the context of an answer that is made into JSON


def _for_who_reads(text: str, info: "SerializationInfo") -> str:
    accepted = (info.context or {}).get(ACCEPTED)
    if not accepted:
        return text
    from linli.words import language_of  # noqa: PLC0415  who asks for no language does not pay for it
    from linli.words.retelling import retold  # noqa: PLC0415

    return retold(text, language_of(accepted))


Told = Annotated[str, PlainSerializer(_for_who_reads, return_type=str, when_used="json")]
