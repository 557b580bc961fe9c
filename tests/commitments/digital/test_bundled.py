"""The offline bundle of a commitment that somebody signed with a certificate of their own: both roots, and the README's commands."""

import json
from pathlib import Path

from flask.testing import FlaskClient

from plugins.commitments.signing.bundle import judge_bundle
from portal.documents.canonical import sha256
from tests.commitments.digital.conftest import Outside
from tests.commitments.digital.test_pages import complete
from tests.commitments.test_offline import follow, unzipped, zipped


def test_the_bundle_carries_both_roots_and_everything_agrees(outside: Outside, client: FlaskClient, tmp_path: Path) -> None:
    code = complete(outside, publish=True)
    data = client.get(f"/v/{code}/paquete.zip").data
    files = unzipped(data)
    assert [name for name in files if name.startswith("roots/")] == ["roots/outside-1.pem", "roots/portal-1.pem"]
    methods = {one["field"]: one["method"] for one in json.loads(files["bundle.json"])["signatures"]}
    assert methods == {"firma-1": "digital", "firma-2": "electronic", "firma-3": "electronic"}
    ours, theirs = sha256(files["roots/portal-1.pem"]), sha256(files["roots/outside-1.pem"])
    verdicts = {
        name: judge_bundle(data, now=outside.now, fingerprints=given)["verdict"]
        for name, given in {"none": [], "both": [ours, theirs], "the portal's alone": [ours]}.items()
    }
    assert verdicts == {"none": "valid", "both": "authentic_complete", "the portal's alone": "untrusted"}
    assert follow(data, tmp_path).count("CMS Verification successful") == 4
    number = "40000001"
    for given in ([], [ours]):  # with our root alone, a sentence says whose certificate is not known
        judged = judge_bundle(data, now=outside.now, fingerprints=given)
        assert number not in json.dumps(judged)
    swapped = {**files, "roots/outside-1.pem": files["roots/portal-1.pem"]}
    assert judge_bundle(zipped(swapped), now=outside.now)["verdict"] == "untrusted"
