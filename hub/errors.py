"""What can go wrong, in words that say what to do. `dashboard` turns each into its HTTP answer."""


class FirstPointError(Exception):
    """The root of all errors that people may read: `str(error)` is a plain sentence without personal data."""

    status = 500


class Refused(FirstPointError):
    """The input cannot be used; the sentence says what is wrong and what to do. Nothing was changed."""

    status = 422


class NotFound(FirstPointError):
    """There is no such thing in this place."""

    status = 404


class NotAllowed(FirstPointError):
    """This person's roles do not reach so far."""

    status = 403


class GlassNeeded(NotAllowed):
    """The case is over, and they have nothing to do with it: in an emergency they may open it, and say why."""

    def __init__(self, case_id: int) -> None:
        super().__init__(
            "This case is closed, and you have nothing to do with it. If you must see it now, open its own page: "
            "it asks you why."
        )
        self.case_id = case_id


class Conflict(FirstPointError):
    """Somebody else was first: load again and look."""

    status = 409


class Unavailable(FirstPointError):
    """Something the hub needs is away for the moment; what was asked can be asked again."""

    status = 503
