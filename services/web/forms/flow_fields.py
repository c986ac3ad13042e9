"""What a browser may send to each of Kratos' flows: nothing else goes on to it.

Registering is by code alone: a password given before the address is proven would tell whether the
address is known, and would still be good after its owner came.
"""

from shared.kratos import FlowKind

ALWAYS = {"csrf_token", "method"}
TRAITS = {"traits.email", "traits.name"}
FIELDS: dict[FlowKind, set[str]] = {
    "login": ALWAYS
    | {"identifier", "password", "totp_code", "lookup_secret"}
    | {"webauthn_login", "passkey_login", "provider"},
    "registration": ALWAYS | TRAITS | {"code", "resend", "provider"},
    "recovery": ALWAYS | {"email", "code"},
    "verification": ALWAYS | {"email", "code"},
    "settings": ALWAYS
    | TRAITS
    | {"password", "totp_code", "totp_unlink"}
    | {"lookup_secret_regenerate", "lookup_secret_confirm"}
    | {"lookup_secret_reveal", "lookup_secret_disable"}
    | {"webauthn_register", "webauthn_register_displayname", "webauthn_remove"}
    | {"passkey_settings_register", "passkey_remove"}
    | {"link", "unlink"},
}
# Another provider says who somebody is: no word of who asks goes along.
PROVIDER = "oidc"
PROVIDER_FIELDS = ALWAYS | {"provider", "link", "unlink"}
# The ways of a second step: their forms name nobody.
SECOND_STEPS = {"totp", "webauthn", "lookup_secret"}
# The ways of each flow that its page offers, in their order.
WAYS: dict[FlowKind, tuple[str, ...]] = {
    "login": ("password", "passkey", PROVIDER, "totp", "webauthn", "lookup_secret"),
    "registration": ("code", PROVIDER),
    "recovery": ("code",),
    "verification": ("code",),
    "settings": ("profile", "password", PROVIDER, "totp", "lookup_secret", "webauthn", "passkey"),
}
# Our own: where to go afterwards, a form to send then, whether it is a confirmation.
OWN = ("flow", "return_to", "draft", "refresh")
# What a new form is filled with when the old one had grown too old. No secrets.
KEPT = ("identifier", "email", "traits.email", "traits.name")
