"""Prepares the bucket of the artifacts' test with a client that is not ours, and looks at
it afterwards."""

import hashlib
import os
import sys
import time

import boto3

SPOILT = [b"spoilt", b"spoilt, and large ".ljust(6 * 1024 * 1024, b"x")]
OTHER = b"something else"


def key(content):
    digest = hashlib.sha256(content).hexdigest()
    return f"code-assist/a/sha256/{digest[:2]}/{digest[2:]}"


def client():
    return boto3.client(
        "s3",
        endpoint_url=os.environ["CODE_ASSIST_S3"],
        region_name="us-east-1",
        aws_access_key_id="somebody",
        aws_secret_access_key="else",
    )


def before(s3):
    for _ in range(100):
        try:
            s3.create_bucket(Bucket="runs")
            break
        except Exception:
            time.sleep(0.1)
    for content in SPOILT:
        s3.put_object(Bucket="runs", Key=key(content), Body=OTHER)


def after(s3):
    for content in SPOILT:
        assert s3.get_object(Bucket="runs", Key=key(content))["Body"].read() == OTHER, "overwritten"
    found = s3.list_objects_v2(Bucket="runs")["Contents"]
    left = [item["Key"] for item in found if "/incoming/" in item["Key"]]
    assert not left, f"staged parts were left: {left}"
    assert not s3.list_multipart_uploads(Bucket="runs").get("Uploads"), "an upload was left"
    for item in found:
        body = s3.get_object(Bucket="runs", Key=item["Key"])["Body"].read()
        named = item["Key"].removeprefix("code-assist/a/sha256/").replace("/", "")
        assert body == OTHER or hashlib.sha256(body).hexdigest() == named, item["Key"]
    print(f"{len(found)} objects, each under the digest of its content or as somebody else left it")


{"before": before, "after": after}[sys.argv[1]](client())
