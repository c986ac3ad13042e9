"""The errors of the S3 API: one table of codes, the exception, and problems said in its words.

Codes and statuses: Amazon S3 API reference, "List of error codes".
"""

from http import HTTPStatus

from shared.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    Problem,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)

ERRORS: dict[str, tuple[int, str]] = {
    "AccessControlListNotSupported": (400, "The bucket does not allow ACLs"),
    "AccessDenied": (403, "Access Denied"),
    "AccessForbidden": (403, "Access Forbidden"),
    "AuthorizationHeaderMalformed": (400, "The authorization header is malformed."),
    "AuthorizationQueryParametersError": (400, "The authorization query is malformed."),
    "BadDigest": (400, "The digest you specified did not match what we received."),
    "BadRequest": (400, "Bad Request"),
    "BucketAlreadyExists": (409, "The requested bucket name is not available."),
    "BucketAlreadyOwnedByYou": (409, "The bucket exists already, and you own it."),
    "BucketNotEmpty": (409, "The bucket you tried to delete is not empty."),
    "ConditionalRequestConflict": (409, "Another write to this key came first; try again."),
    "EntityTooLarge": (400, "Your proposed upload exceeds the maximum allowed size."),
    "EntityTooSmall": (400, "Your proposed upload is smaller than the minimum allowed size."),
    "ExpiredToken": (400, "The provided token has expired."),
    "IllegalVersioningConfigurationException": (
        400,
        "The versioning configuration specified in the request is invalid.",
    ),
    "IncompleteBody": (400, "The body is shorter or longer than its headers say."),
    "InsufficientStorage": (507, "There is no room left to store this."),
    "InternalError": (500, "We encountered an internal error. Please try again."),
    "InvalidAccessKeyId": (403, "The access key id you provided does not exist in our records."),
    "InvalidArgument": (400, "Invalid argument"),
    "InvalidBucketName": (400, "The specified bucket is not valid."),
    "InvalidChunkSizeError": (403, "A chunk of the body is larger than is allowed."),
    "InvalidDigest": (400, "The Content-MD5 you specified is not valid."),
    "InvalidPart": (
        400,
        "One or more of the specified parts could not be found, or its entity tag did not match.",
    ),
    "InvalidPartNumber": (416, "The requested partnumber is not satisfiable"),
    "InvalidPartOrder": (400, "The list of parts was not in ascending order."),
    "InvalidPolicyDocument": (400, "The content of the form does not meet the policy's rules."),
    "InvalidRange": (416, "The requested range is not satisfiable"),
    "InvalidRequest": (400, "Invalid Request"),
    "InvalidTag": (400, "The tag you have provided is invalid"),
    "InvalidToken": (400, "The provided token is malformed or otherwise not valid."),
    "InvalidURI": (400, "Couldn't parse the specified URI."),
    "KeyTooLongError": (400, "Your key is too long"),
    "MalformedPOSTRequest": (400, "The body of your POST is not well-formed multipart/form-data."),
    "MalformedTrailerError": (400, "The trailing headers of the body are not what was declared."),
    "MalformedXML": (
        400,
        "The XML you provided was not well-formed or did not validate against our published schema",
    ),
    "MaxMessageLengthExceeded": (400, "Your request was too big."),
    "MetadataTooLarge": (400, "Your metadata headers exceed the maximum allowed metadata size"),
    "MethodNotAllowed": (405, "The specified method is not allowed against this resource."),
    "MissingContentLength": (411, "You must provide the Content-Length HTTP header."),
    "MissingSecurityHeader": (400, "Your request was missing a required header."),
    "NoSuchBucket": (404, "The specified bucket does not exist"),
    "NoSuchBucketPolicy": (404, "The bucket policy does not exist"),
    "NoSuchCORSConfiguration": (404, "The CORS configuration does not exist"),
    "NoSuchKey": (404, "The specified key does not exist."),
    "NoSuchLifecycleConfiguration": (404, "The lifecycle configuration does not exist"),
    "NoSuchPublicAccessBlockConfiguration": (
        404,
        "The public access block configuration was not found",
    ),
    "NoSuchTagSet": (404, "The TagSet does not exist"),
    "NoSuchUpload": (
        404,
        "The specified multipart upload does not exist. It may have been aborted or completed.",
    ),
    "NoSuchVersion": (404, "The specified version does not exist."),
    "NoSuchWebsiteConfiguration": (
        404,
        "The specified bucket does not have a website configuration",
    ),
    "NotImplemented": (501, "A header or query you provided implies functionality we do not have."),
    "NotModified": (304, "Not Modified"),
    "ObjectLockConfigurationNotFoundError": (404, "Object Lock configuration does not exist"),
    "OperationAborted": (409, "A conflicting operation is in progress. Try again."),
    "OwnershipControlsNotFoundError": (404, "The bucket ownership controls were not found"),
    "PreconditionFailed": (412, "At least one of the pre-conditions you specified did not hold"),
    "QuotaExceeded": (403, "What may be stored here is used up."),
    "ReplicationConfigurationNotFoundError": (404, "The replication configuration was not found"),
    "RequestHeaderSectionTooLarge": (400, "Your request header section is too large."),
    "RequestTimeTooSkewed": (
        403,
        "The difference between the request time and the server's time is too large.",
    ),
    "RequestTimeout": (400, "Your connection was not read from or written to in time."),
    "ServerSideEncryptionConfigurationNotFoundError": (
        404,
        "The server side encryption configuration was not found",
    ),
    "ServiceUnavailable": (503, "Not available at the moment. Please try again."),
    "SignatureDoesNotMatch": (
        403,
        "The request signature we calculated does not match the signature you provided. "
        "Check your secret access key and signing method.",
    ),
    "SlowDown": (503, "Please reduce your request rate."),
    "TooManyParts": (400, "You have attempted to upload more parts than is allowed."),
    "XAmzContentSHA256Mismatch": (
        400,
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    ),
}


class S3Error(Exception):
    """An answer of the S3 API. `details` become further elements of the error document."""

    def __init__(self, code: str, message: str = "", **details: str | int) -> None:
        self.code = code
        self.status, default = ERRORS[code]
        self.message = message or default
        self.details = details
        super().__init__(f"{code}: {self.message}")

    @property
    def reason(self) -> str:
        """The HTTP reason phrase of `status`."""
        return HTTPStatus(self.status).phrase


_CODES: dict[type[Problem], str] = {
    Invalid: "InvalidRequest",
    Unauthenticated: "AccessDenied",
    Forbidden: "AccessDenied",
    Conflict: "OperationAborted",
    PreconditionFailed: "PreconditionFailed",
    TooLarge: "EntityTooLarge",
    TooManyRequests: "SlowDown",
    Unavailable: "ServiceUnavailable",
}


def from_problem(problem: Problem, *, missing: str = "NoSuchKey") -> S3Error:
    """The problem in S3's words; only the caller knows what was `missing`: a key or a bucket."""
    if isinstance(problem, NotFound):
        return S3Error(missing)
    for family, code in _CODES.items():
        if isinstance(problem, family):
            return S3Error(code, problem.detail)
    return S3Error("InternalError")
