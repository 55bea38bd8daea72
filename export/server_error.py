"""What a client raises."""


class ServerError(Exception):
    """A server that cannot be reached, or that refuses a request.

    Args:
        message: one line that says why.
        status: name of the gRPC status or number of the HTTP status; "" where
            there is none.
    """

    def __init__(self, message: str, status: str):
        super().__init__(message)
        self.status = status
