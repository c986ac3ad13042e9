"""How long earlier versions stay, set by the programs of others."""

import json
from pathlib import Path

import pytest

from tests.door import ACCOUNT, Door
from tests.foreign.tools import AwsCli, S3cmd

RULE = {
    "ID": "retention",
    "Filter": {"Prefix": ""},
    "Status": "Enabled",
    "NoncurrentVersionExpiration": {"NoncurrentDays": 30, "NewerNoncurrentVersions": 3},
}
DOCUMENT = """<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Rule>
    <ID>mine</ID>
    <Filter><Prefix></Prefix></Filter>
    <Status>Enabled</Status>
    <NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration>
  </Rule>
</LifecycleConfiguration>
"""


@pytest.mark.slow
def test_by_the_aws_cli(door: Door) -> None:
    name = door.repository().repository_id
    client, bucket = AwsCli(door, name), ("--bucket", f"{ACCOUNT}--{name}")
    rules = json.dumps({"Rules": [RULE]})
    put = ("s3api", "put-bucket-lifecycle-configuration", *bucket, "--lifecycle-configuration")
    client.aws(*put, rules)
    told = json.loads(client.aws("s3api", "get-bucket-lifecycle-configuration", *bucket))
    assert told["Rules"] == [RULE]
    with pytest.raises(pytest.fail.Exception, match="Expiration is not implemented"):
        client.aws(*put, json.dumps({"Rules": [{**RULE, "Expiration": {"Days": 1}}]}))
    client.aws("s3api", "delete-bucket-lifecycle", *bucket)
    with pytest.raises(pytest.fail.Exception, match="NoSuchLifecycleConfiguration"):
        client.aws("s3api", "get-bucket-lifecycle-configuration", *bucket)


@pytest.mark.slow
def test_by_s3cmd(door: Door, tmp_path: Path) -> None:
    name = door.repository().repository_id
    client, place = S3cmd(door, name), f"s3://{ACCOUNT}--{name}"
    path = tmp_path / "lifecycle.xml"
    path.write_text(DOCUMENT)
    client.s3cmd("setlifecycle", path, place)
    told = client.s3cmd("getlifecycle", place)
    assert "<NoncurrentDays>30</NoncurrentDays>" in told
    with pytest.raises(pytest.fail.Exception, match="Expiration is not implemented"):
        client.s3cmd("expire", "--expiry-days=1", place)
    client.s3cmd("dellifecycle", place)
    with pytest.raises(pytest.fail.Exception, match="NoSuchLifecycleConfiguration"):
        client.s3cmd("getlifecycle", place)
