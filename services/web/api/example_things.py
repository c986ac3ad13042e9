"""The things that the examples of the API's document are about: one repository and its people."""

from typing import Any

NOW, THEN = "2026-03-01T12:00:00Z", "2026-03-15T12:00:00Z"
NOAA, ADA = "01JN8Z6Q4T0000000000000N0A", "01JN8Z6Q4T0000000000000ADA"
MASK = "01JN8Z6Q4T000000000000MASK"
INVITED, TRUSTED = "01JN8Z6Q4T0000000000000NVT", "01JN8Z6Q4T0000000000000TRS"
CONNECTED = "01JN8Z6Q4T0000000000000CNN"
ASKED = "01JN8Z6Q4T0000000000000ASK"
NAMES = {"account_id": "noaa", "repository_id": "globe-land-mask"}
BOX = [-25.0, 34.0, 45.0, 72.0]

ACCOUNT = {
    "account_uid": NOAA,
    "account_id": "noaa",
    "kind": "organization",
    "name": "NOAA",
    "bio": "Weather, climate, oceans and coasts.",
    "location": "Silver Spring",
    "websites": ["https://www.noaa.gov"],
    "contact_email": "",
    "orcid": "",
    "ror": "02z5nhe81",
    "domains": ["noaa.gov"],
    "avatar_url": f"https://data.example.org/-/avatars/{NOAA}/01JN8Z6Q4T00000000000000PC.webp",
    "created_at": NOW,
}
PERSON = {
    **ACCOUNT,
    "account_uid": ADA,
    "account_id": "ada",
    "kind": "individual",
    "name": "Ada Lovelace",
    "bio": "",
    "location": "",
    "websites": [],
    "orcid": "0000-0002-1825-0097",
    "ror": "",
    "domains": [],
    "avatar_url": "",
}
REPOSITORY = {
    **NAMES,
    "version": 1772366400000000,
    "repository_uid": MASK,
    "account_uid": NOAA,
    "title": "Globe land mask",
    "description": "Where there is land, on a grid of one kilometre.",
    "tags": ["land", "elevation"],
    "license": "CC-BY-4.0",
    "visibility": "public",
    "state": "active",
    "created_at": NOW,
    "updated_at": NOW,
}
KEY = {
    "access_key_id": "COOPQ2W3E4R5T6Y7U8I9",
    "name": "nightly upload",
    "created_at": NOW,
    "revoked": False,
    "actions": ["read", "write"],
    "places": ["noaa/globe-land-mask/2025/"],
    "expires_at": THEN,
    "last_used_at": None,
}
INVITATION = {
    **NAMES,
    "invitation_uid": INVITED,
    "repository_id": "",
    "role": "writer",
    "invitee_id": "ada",
    "email": "",
    "state": "pending",
    "created_at": NOW,
    "expires_at": THEN,
}
CONNECTION = {
    "version": 1772366400000000,
    "connection_uid": CONNECTED,
    "account_uid": NOAA,
    "account_id": "noaa",
    "name": "archive in Oregon",
    "bucket": "noaa-archive",
    "endpoint": "",
    "region": "us-west-2",
    "is_anonymous": False,
    "made_by": ADA,
    "created_at": NOW,
    "removed": False,
}
TRUST = {
    "trust_uid": TRUSTED,
    "role_arn": f"arn:aws:iam::noaa:role/{TRUSTED}",
    "name": "release workflow",
    "issuer": "https://token.actions.githubusercontent.com",
    "audience": "https://data.example.org",
    "subject": "repo:noaa/globe:ref:refs/heads/main",
    "duration_seconds": 3600,
    "actions": ["write"],
    "places": ["noaa/globe-land-mask"],
    "created_at": NOW,
}
TRANSFER = {
    **NAMES,
    "version": 1772366400000000,
    "repository_uid": MASK,
    "account_uid": NOAA,
    "to_account_uid": ADA,
    "to_account_id": "ada",
    "offered_by": ADA,
    "offered_at": NOW,
    "expires_at": THEN,
}
FILE = {
    **NAMES,
    "version": 1772366400000000,
    "repository_uid": MASK,
    "object_uid": "01JN8Z6Q4T0000000000000BJC",
    "key": "2025/europe.tif",
    "size": 34120,
    "etag": "9e107d9d372bb6826bd81d3542a419d6",
    "checksums": {"crc64nvme": "rosUhgp5mIg="},
    "last_modified": NOW,
    "status": "indexed",
    "media_type": "image/tiff; application=geotiff",
    "format": "GeoTIFF",
    "bbox": BOX,
}
ENTRY = {
    "account_uid": NOAA,
    "sequence": 7,
    "at": NOW,
    "actor": {"kind": "account", "account_uid": ADA},
    "action": "access_key_created",
    "subject": "COOPQ2W3E4R5T6Y7U8I9",
    "reason": "for the nightly upload",
}

DOMAIN = {
    "name": "noaa.gov",
    "state": "waiting",
    "record": "_coop.noaa.gov",
    "address": "https://noaa.gov/.well-known/coop-verification.txt",
    "proof": "coop-verification=2b7c…",
    "added_at": NOW,
    "checked_at": None,
}

LINK = {
    "version": 1772366400000000,
    "link_id": "Q2W3E4R5T6",
    "account_uid": NOAA,
    "repository_uid": MASK,
    "prefix": "2025/",
    "name": "for the reviewers",
    "made_by": ADA,
    "created_at": NOW,
    "expires_at": THEN,
}
REQUESTED: dict[str, Any] = {
    **NAMES,
    "request_uid": ASKED,
    "asker_id": "ada",
    "message": "For my thesis about coasts.",
    "state": "open",
    "created_at": NOW,
    "expires_at": THEN,
    "role": None,
    "role_until": None,
    "note": "",
}
PLACE = "noaa/globe-land-mask/2025/?share=told-once"
VERSION = {
    "version_id": "00064f1a2b3c4d5e",
    "is_latest": False,
    "is_marker": False,
    "size": 34122,
    "etag": "9b2cf535f27731c974343645a3985328",
    "last_modified": NOW,
    "created_by": ADA,
}
STORED = {
    **NAMES,
    "object_uid": "4d1f0c5b8a9e7f6d3c2b1a0918273645",
    "account_uid": NOAA,
    "repository_uid": MASK,
    "key": "2025/europe.tif",
    "size": 34122,
    "etag": "9b2cf535f27731c974343645a3985328",
    "last_modified": NOW,
}
