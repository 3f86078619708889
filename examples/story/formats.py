"""Holds the drift of the stack "app" to what it is in every format that it was written in.

Usage: formats.py FOLDER FILE
"""

import json
import pathlib
import sys
import xml.etree.ElementTree

BUCKET, OBJECT = "aws_s3_bucket.site", "aws_s3_object.site"


def main():
    folder, file = pathlib.Path(sys.argv[1]), sys.argv[2]
    text = {path.name: path.read_text() for path in folder.iterdir()}
    for name, written in sorted(text.items()):
        print(f"    {name}: {len(written.encode())} bytes")

    for name in ["human", "markdown", "html"]:
        for part in [BUCKET, OBJECT, "wharf", "pirates"]:
            assert part in text[name], f"{name} doesn't say {part}"
    assert text["markdown"].startswith("## Drift: 2 of 2 objects changed outside of Git"), text["markdown"]
    assert "<script src" not in text["html"] and "<link" not in text["html"], "the page fetches something"

    summary = json.loads(text["json"])["summary"]
    assert (summary["changed"], summary["vanished"]) == (1, 1), summary

    suite = xml.etree.ElementTree.fromstring(text["junit"])
    assert (suite.get("tests"), suite.get("failures")) == ("2", "2"), suite.attrib

    results = json.loads(text["sarif"])["runs"][0]["results"]
    places = {result["ruleId"]: result["locations"][0]["physicalLocation"] for result in results}
    assert sorted(places) == ["drift/changed", "drift/vanished"], places
    assert {place["artifactLocation"]["uri"] for place in places.values()} == {file}, places

    assert json.loads(text["gitlab"]) == {"create": 1, "update": 1, "delete": 0}, text["gitlab"]

    findings = json.loads(text["codequality"])
    assert sorted(one["check_name"] for one in findings) == ["drift/changed", "drift/vanished"], findings
    assert {one["location"]["path"] for one in findings} == {file}, findings


if __name__ == "__main__":
    main()
