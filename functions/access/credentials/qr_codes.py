"""What a QR code of ours says: the holder, so that a gate needs one read, and a secret nobody can guess."""

QR_SEPARATOR = "."
SECRET_LENGTH = 32  # base32 characters: 160 bits


def holder_in(qr_value: str) -> str | None:
    """The holder that a QR code of ours names in front of its secret, so that one read fetches both."""
    holder, separator, _ = qr_value.partition(QR_SEPARATOR)
    return holder if separator else None
