"""What can go wrong while making a signature, as exceptions of the kernel's own.

    SigningError
    ├── AuthorityError      the keys cannot be made, read or opened
    ├── FieldMissing        the file has no such reserved field
    ├── FieldTaken          the field already holds a signature
    └── UnfitDocument       the PDF cannot be certified or signed

Judging a file never raises: see `inspection.inspect`.
"""


class SigningError(Exception):
    """Something that the signing kernel refuses to do; the message is technical, in English."""


class AuthorityError(SigningError):
    """The signing authority's keys cannot be made, read or opened."""


class FieldMissing(SigningError):
    """The PDF has no signature field of that name."""


class FieldTaken(SigningError):
    """The signature field already holds a signature."""


class UnfitDocument(SigningError):
    """The PDF cannot be certified or signed: not a PDF, encrypted, no such page, not certified by the portal."""
