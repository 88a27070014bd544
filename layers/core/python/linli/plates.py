"""Plates of vehicles (车牌) in one form: letters, digits and characters alone, in capitals, at usual width.

Cameras put a dot into a plate, people a blank or a dash: 京A·12345 is 京A12345.
"""

import re
from unicodedata import normalize

PROVINCES = "京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新蒙"
LETTERS = "A-HJ-NP-Z"
# GA 36-2018: five letters and digits, the last of which may be a class; six of a new-energy car, of which the
# first or the last is a letter. I and O are in none: they look like 1 and 0. Embassies, consulates, police
# (WJ) and army have forms of their own.
_OF_CHINA = re.compile(
    rf"[{PROVINCES}][A-Z][{LETTERS}0-9]{{4}}[{LETTERS}0-9学挂警港澳领]"
    rf"|[{PROVINCES}][A-Z](?:[{LETTERS}][{LETTERS}0-9]{{5}}|[0-9]{{5}}[{LETTERS}])|使[0-9]{{6}}"
    rf"|[0-9]{{6}}使|WJ[{PROVINCES}]?[A-Z0-9]{{5,6}}|[A-Z]{{2}}[0-9]{{5}}"
)


def canonical(text: str) -> str:
    """The form that is compared and hashed; empty when nothing was said."""
    upper = normalize("NFKC", text).upper()
    return "".join(one for one in normalize("NFKC", upper) if one.isalnum())


def is_of_china(plate: str) -> bool:
    """Whether a canonical form is a plate of mainland China."""
    return _OF_CHINA.fullmatch(plate) is not None
