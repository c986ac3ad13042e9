"""Servers whose certificate is not trusted: told apart from those that do not answer."""

from ssl import SSLCertVerificationError

from coop.errors import Untrusted

MEANT = (
    "If you trust who issued it, name a file with their certificate: "
    "AWS_CA_BUNDLE=/path/to/authority.pem"
)


def distrust(server: str, error: BaseException | None) -> Untrusted | None:
    """What to say of a failed connection, if it is about the certificate; None otherwise."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, SSLCertVerificationError):
            said = error.verify_message or "it cannot be verified"
            return Untrusted(f"The certificate of {server} is not trusted: {said}. {MEANT}")
        error = _cause(error)
    return None


def _cause(error: BaseException) -> BaseException | None:
    """Libraries wrap one error in another, each in a way of its own."""
    wrapped = (getattr(error, "reason", None), *error.args, error.__cause__, error.__context__)
    return next((one for one in wrapped if isinstance(one, BaseException)), None)
