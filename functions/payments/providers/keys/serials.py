"""Serials of certificates (证书序列号): one spelling, whichever tool printed them. Pure."""

import re

PUBLIC_KEY_ID = "PUB_KEY_ID_"
LONGEST, LONGEST_DECIMAL = 40, 49  # digits: RFC 5280 has at most 20 octets
LENGTH_OF_MD5 = 32
_LABEL = re.compile(r"^(serial(number)?|序列号)\s*[=:：]\s*", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s:]")
_HEX = re.compile(r"[0-9A-F]{8,64}")
_MD5 = re.compile(r"[0-9a-f]{28,32}")


def wechat_serial(text: str) -> str:
    """The serial of a certificate, a platform's or our own, in one spelling: upper case, whole octets, none
    of them a nought in front.

    OpenSSL prints `serial=00AB…`, browsers `ab:cd:…`, Java a decimal number, which is longer than 40 digits.
    A `PUB_KEY_ID_…` (微信支付公钥ID) stays as it is. Raises ValueError for what is no serial.
    """
    plain = text.strip().strip("\"'")
    if plain.upper().startswith(PUBLIC_KEY_ID):
        rest = plain[len(PUBLIC_KEY_ID) :]
        if not (rest.isascii() and rest.isalnum() and len(rest) <= 64):  # noqa: PLR2004
            raise ValueError("is no serial of WeChat Pay")
        return PUBLIC_KEY_ID + rest
    digits = _SEPARATORS.sub("", _LABEL.sub("", plain)).upper().removeprefix("0X")
    is_decimal = digits.isascii() and digits.isdecimal()
    if is_decimal and LONGEST < len(digits.lstrip("0")) <= LONGEST_DECIMAL:
        digits = f"{int(digits):X}"
    if _HEX.fullmatch(digits) is None:
        raise ValueError("is no serial of WeChat Pay")
    digits = digits.lstrip("0")
    return digits.zfill(len(digits) + len(digits) % 2)


def alipay_serial(text: str) -> str:
    """The serial of Alipay's certificate in one spelling: `alipay_cert_sn`, an MD5 in lower case with its
    noughts in front, which some tools lose; any other name of a key as it is.
    """
    plain = _SEPARATORS.sub("", text).lower()
    return plain.zfill(LENGTH_OF_MD5) if _MD5.fullmatch(plain) else text.strip()
