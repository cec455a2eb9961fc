"""What goes wrong with a server."""

from accord.errors import AccordError


class ServerError(AccordError):
    """The server refused something, is not what it should be, or cannot be reached.

    `temporary` is true if trying again later may help: a time-out, 429 or 5xx.
    """

    def __init__(self, reason: str, *, status: int = 0, temporary: bool = False):
        self.status = status
        self.temporary = temporary
        super().__init__(reason)


class InstallError(AccordError):
    """An environment for doccano could not be made."""
