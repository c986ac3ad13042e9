"""Our words for what Kratos says, by its message ids (ory/kratos text/id.go)."""

LABELS = {
    "identifier": "E-mail address",
    "traits.email": "E-mail address",
    "traits.name": "Your name",
    "password": "Password",
}
# What browsers and password keepers fill in, where Kratos does not say.
AUTOCOMPLETE = {"identifier": "username", "traits.email": "email", "traits.name": "name"}
TYPES = {"identifier": "email"}
# By the field's autocomplete token, which tells a new password from one that is known.
HELP = {"new-password": "At least 8 characters; a few words are easiest to remember."}

# By what a button sends, then by the id of its label.
STEPS = {"profile": "Continue"}
BUTTONS = {
    1010001: "Sign in",
    1010003: "Confirm",
    1010022: "Sign in",
    1040001: "Register",
    1040003: "Continue",
    1040008: "Change the e-mail address",
    1070009: "Continue",
}

# Kratos tells what a schema does not allow by one id for all; the field says what was meant.
NOT_VALID = 4000001
BY_FIELD = {"traits.email": "This is not an e-mail address as it is written."}
WORDS = {
    1040009: "Now choose a password.",
    4000001: "{reason}",
    4000002: "Fill this in.",
    4000004: "This is not an e-mail address as it is written.",
    4000005: "Choose another password: {reason}",
    4000006: "The e-mail address or the password is not right. Check both and try again.",
    4000007: "There is an account with this e-mail address already. Sign in, or use another.",
    4000027: "There is an account with this e-mail address already. Sign in, or use another.",
    4000028: "There is an account with this e-mail address already. Sign in, or use another.",
    4000031: "Choose a password that is less like your e-mail address.",
    4000032: "Use at least {min_length} characters.",
    4000033: "Use at most {max_length} characters.",
    4000034: "This password is on lists of stolen ones. Choose another.",
    4010001: "The form had grown too old. Send it again.",
    4040001: "The form had grown too old. Send it again.",
}
