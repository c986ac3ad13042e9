import pytest

from services.storage.s3.errors import ERRORS, S3Error, from_problem
from shared.errors import PROBLEMS, NotFound

# Amazon S3 API reference, "List of error codes", and HTTP's own for 304.
STATUSES = {
    "AccessControlListNotSupported": 400,
    "AccessDenied": 403,
    "AccessForbidden": 403,
    "AuthorizationHeaderMalformed": 400,
    "AuthorizationQueryParametersError": 400,
    "BadDigest": 400,
    "BadRequest": 400,
    "BucketAlreadyExists": 409,
    "BucketAlreadyOwnedByYou": 409,
    "BucketNotEmpty": 409,
    "ConditionalRequestConflict": 409,
    "EntityTooLarge": 400,
    "EntityTooSmall": 400,
    "ExpiredToken": 400,
    "IllegalVersioningConfigurationException": 400,
    "IncompleteBody": 400,
    "InsufficientStorage": 507,
    "InternalError": 500,
    "InvalidAccessKeyId": 403,
    "InvalidArgument": 400,
    "InvalidBucketName": 400,
    "InvalidChunkSizeError": 403,
    "InvalidDigest": 400,
    "InvalidPart": 400,
    "InvalidPartNumber": 416,
    "InvalidPartOrder": 400,
    "InvalidPolicyDocument": 400,
    "InvalidRange": 416,
    "InvalidRequest": 400,
    "InvalidTag": 400,
    "InvalidToken": 400,
    "InvalidURI": 400,
    "KeyTooLongError": 400,
    "MalformedPOSTRequest": 400,
    "MalformedTrailerError": 400,
    "MalformedXML": 400,
    "MaxMessageLengthExceeded": 400,
    "MetadataTooLarge": 400,
    "MethodNotAllowed": 405,
    "MissingContentLength": 411,
    "MissingSecurityHeader": 400,
    "NoSuchBucket": 404,
    "NoSuchBucketPolicy": 404,
    "NoSuchCORSConfiguration": 404,
    "NoSuchKey": 404,
    "NoSuchLifecycleConfiguration": 404,
    "NoSuchPublicAccessBlockConfiguration": 404,
    "NoSuchTagSet": 404,
    "NoSuchUpload": 404,
    "NoSuchVersion": 404,
    "NoSuchWebsiteConfiguration": 404,
    "NotImplemented": 501,
    "NotModified": 304,
    "ObjectLockConfigurationNotFoundError": 404,
    "OperationAborted": 409,
    "OwnershipControlsNotFoundError": 404,
    "PreconditionFailed": 412,
    "ReplicationConfigurationNotFoundError": 404,
    "QuotaExceeded": 403,
    "RequestHeaderSectionTooLarge": 400,
    "RequestTimeTooSkewed": 403,
    "RequestTimeout": 400,
    "ServerSideEncryptionConfigurationNotFoundError": 404,
    "ServiceUnavailable": 503,
    "SignatureDoesNotMatch": 403,
    "SlowDown": 503,
    "TooManyParts": 400,
    "XAmzContentSHA256Mismatch": 400,
}


def test_every_code_has_its_status() -> None:
    assert {code: status for code, (status, _) in ERRORS.items()} == STATUSES


@pytest.mark.parametrize("code", ERRORS)
def test_every_code_speaks(code: str) -> None:
    error = S3Error(code)
    assert error.message
    assert error.reason
    assert str(error) == f"{code}: {error.message}"


def test_an_unknown_code_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        S3Error("NoSuchThing")


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        ("invalid", "InvalidRequest"),
        ("unauthenticated", "AccessDenied"),
        ("forbidden", "AccessDenied"),
        ("not-found", "NoSuchKey"),
        ("conflict", "OperationAborted"),
        ("precondition-failed", "PreconditionFailed"),
        ("too-large", "EntityTooLarge"),
        ("too-many-requests", "SlowDown"),
        ("internal", "InternalError"),
        ("unavailable", "ServiceUnavailable"),
    ],
)
def test_problems_in_the_words_of_s3(problem: str, code: str) -> None:
    assert from_problem(PROBLEMS[problem]("why")).code == code


def test_only_the_caller_knows_what_is_missing() -> None:
    assert from_problem(NotFound(), missing="NoSuchBucket").code == "NoSuchBucket"


def test_an_internal_reason_is_not_told() -> None:
    assert "disk" not in from_problem(PROBLEMS["internal"]("disk /dev/x failed")).message
