"""Our words for what Kratos says, by its message ids (ory/kratos text/id.go)."""

LABELS = {
    "identifier": "E-mail address",
    "email": "E-mail address",
    "traits.email": "E-mail address",
    "traits.name": "Your name",
    "password": "Password",
    "code": "Code",
    "totp_code": "Code of your app",
    "lookup_secret": "Backup code",
    "webauthn_register_displayname": "Name of the key",
}
# What browsers and password keepers fill in, where Kratos does not say.
AUTOCOMPLETE = {
    "identifier": "username",
    "email": "email",
    "traits.email": "email",
    "traits.name": "name",
    "code": "one-time-code",
    "totp_code": "one-time-code",
    "lookup_secret": "off",
    "webauthn_register_displayname": "off",
}
TYPES = {"identifier": "email"}
# What is typed as figures, for the keyboards of phones.
FIGURES = {"code", "totp_code"}
# By the field's name, or by its autocomplete token, which tells a new password from a known one.
HELP = {
    "new-password": "At least 8 characters; a few words are easiest to remember.",
    "totp_code": "Six figures, new every half minute.",
    "code": "Six figures from the mail. They are good for a quarter of an hour.",
    "lookup_secret": "One of those you kept; each works once.",
    "webauthn_register_displayname": "What will help you to tell it from others: blue key, laptop.",
}

# By the id of a button's label.
RESEND = "Send another code"
BUTTONS = {
    1010001: "Confirm",
    1010002: "Continue with {provider}",
    1010003: "Confirm",
    1010009: "Confirm",
    1010010: "Use a backup code",
    1010017: "Sign in",
    1010018: "Continue with {provider}",
    1010022: "Sign in",
    1040001: "Register",
    1040002: "Continue with {provider}",
    1040003: "Continue",
    1040006: "Continue",
    1040008: "Change the e-mail address",
    1050002: "Link {provider}",
    1050003: "Unlink {provider}",
    1050004: "Remove the app",
    1050007: "Show the codes",
    1050008: "Make backup codes",
    1050011: "I have kept them",
    1050016: "Stop using backup codes",
    1070008: RESEND,
    1070009: "Continue",
}

# Kratos tells what a schema does not allow by one id for all; the field says what was meant.
NOT_VALID = 4000001
BY_FIELD = {
    "traits.email": "This is not an e-mail address as it is written.",
    "email": "This is not an e-mail address as it is written.",
}
MAILED = "A code is on its way to this address, if it can be used here. It may take a minute."
NOT_THE_CODE = (
    "This is not the code of the last mail, or it was used already. Check it, or ask for another."
)
TOO_OLD = "The form had grown too old. Send it again."
WORDS = {
    1010003: "Confirm that it is you.",
    1010004: "Show that it is you a second time.",
    1010016: (
        "There is an account with the address {duplicateIdentifier} already. Sign in to it once in "
        "another way; from then on {provider} will do."
    ),
    1040005: MAILED,
    1040009: "Now choose a password.",
    1050001: "Saved.",
    1060003: MAILED,
    1080003: MAILED,
    4000001: "{reason}",
    4000002: "Fill this in.",
    4000004: "This is not an e-mail address as it is written.",
    4000005: "Choose another password: {reason}",
    4000006: "The e-mail address or the password is not right. Check both and try again.",
    4000007: "There is an account with this e-mail address already. Sign in, or use another.",
    4000008: "This is not the code that the app shows now. Check the clock of your device.",
    4000010: "This e-mail address is not confirmed yet.",
    4000011: "There is no app to show codes. Use another way.",
    4000012: "This backup code was used before. Use another one.",
    4000013: "There is no security key here. Use another way.",
    4000014: "There are no backup codes. Use another way.",
    4000015: "This key is not known here.",
    4000016: "This is not one of your backup codes.",
    4000027: "There is an account with this e-mail address already. Sign in, or use another.",
    4000028: "There is an account with this e-mail address already. Sign in, or use another.",
    4000031: "Choose a password that is less like your e-mail address.",
    4000032: "Use at least {min_length} characters.",
    4000033: "Use at most {max_length} characters.",
    4000034: "This password is on lists of stolen ones. Choose another.",
    4000036: "The e-mail address is another than at first. Begin again.",
    4010001: TOO_OLD,
    4040001: TOO_OLD,
    4040003: NOT_THE_CODE,
    4050001: TOO_OLD,
    4060005: TOO_OLD,
    4060006: NOT_THE_CODE,
    4070005: TOO_OLD,
    4070006: NOT_THE_CODE,
}
