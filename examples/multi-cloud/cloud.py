"""The other side of the example: what somebody else does to the clouds, and what is really there.

Usage: cloud.py AWS AZURE-BACKSTAGE GOOGLE-BACKSTAGE make-bucket NAME | meddle | expect-up | expect-down

AWS is asked by its API. The stand-ins for the other two have a backstage each, where things are listed and changed
behind everyone's back.
"""

import json
import sys
import urllib.request

import boto3

NAME = "harbour"
REGION = "eu-central-1"
PROJECT = "my-project"
GROUP = f"/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/{NAME}"
RULE = f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/{NAME}-web/securityRules/http"
FIREWALL = f"projects/{PROJECT}/global/firewalls/{NAME}-http"
BUCKET = f"b/{NAME}-a1b2c3-content"


class Backstage:
    def __init__(self, url):
        self.url = url

    def things(self):
        with urllib.request.urlopen(self.url + "/things") as answer:
            return answer.read().decode().split("\n")[:-1]

    def meddle(self, what):
        with urllib.request.urlopen(self.url + "/meddle", data=what.encode()) as answer:
            assert answer.status == 200, what


class Clouds:
    def __init__(self, aws, azure, google):
        self.ec2 = boto3.client("ec2", endpoint_url=aws, region_name=REGION)
        self.s3 = boto3.client("s3", endpoint_url=aws, region_name=REGION)
        self.azure = Backstage(azure)
        self.google = Backstage(google)

    def make_bucket(self, name):
        self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})

    def open_rules(self):
        named = [{"Name": "group-name", "Values": [f"{NAME}-web"]}]
        ids = [group["GroupId"] for group in self.ec2.describe_security_groups(Filters=named)["SecurityGroups"]]
        if not ids:
            return []
        rules = self.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": ids}])
        return [rule for rule in rules["SecurityGroupRules"] if not rule["IsEgress"]]

    def servers(self):
        named = [{"Name": "tag:Name", "Values": [f"{NAME}-web"]}]
        found = self.ec2.describe_instances(Filters=named)["Reservations"]
        instances = [instance for reservation in found for instance in reservation["Instances"]]
        return [one for one in instances if one["State"]["Name"] not in ("terminated", "shutting-down")]

    def buckets(self):
        return [bucket["Name"] for bucket in self.s3.list_buckets()["Buckets"] if bucket["Name"].startswith(NAME)]

    def meddle(self):
        [https] = [rule for rule in self.open_rules() if rule["FromPort"] == 443]
        self.ec2.revoke_security_group_ingress(
            GroupId=https["GroupId"], SecurityGroupRuleIds=[https["SecurityGroupRuleId"]]
        )
        print(f"  AWS: the rule {https['SecurityGroupRuleId']} for port 443 is gone")
        self.azure.meddle("PATCH " + RULE + " " + json.dumps({"properties": {"access": "Deny"}}))
        print("  Azure: port 80 is denied")
        self.google.meddle("PATCH " + FIREWALL + " " + json.dumps({"sourceRanges": ["10.0.0.0/8"]}))
        print("  Google Cloud: port 80 is open to 10.0.0.0/8 only")
        self.google.meddle("PATCH " + BUCKET + " " + json.dumps({"versioning": {"enabled": False}}))
        print("  Google Cloud: the bucket keeps no versions any more")

    def expect_up(self):
        assert len(self.servers()) == 1, self.servers()
        assert sorted(rule["FromPort"] for rule in self.open_rules()) == [80, 443], self.open_rules()
        assert len(self.buckets()) == 1, self.buckets()
        for backstage, wanted in [
            (self.azure, ["virtualMachines", "virtualNetworks", "storageAccounts", "userAssignedIdentities"]),
            (self.google, ["instances", "networks", "b/", "serviceAccounts"]),
        ]:
            things = backstage.things()
            for kind in wanted:
                assert any(kind.lower() in thing.lower() for thing in things), (kind, things)
        print("  each cloud holds its network, its machine, its bucket and its identity")

    def expect_down(self):
        vpcs = self.ec2.describe_vpcs(Filters=[{"Name": "tag:project", "Values": [NAME]}])["Vpcs"]
        left = self.servers() + vpcs + self.buckets() + self.azure.things() + self.google.things()
        assert not left, left
        print("  nothing is left on any cloud")


def main():
    clouds = Clouds(*sys.argv[1:4])
    getattr(clouds, sys.argv[4].replace("-", "_"))(*sys.argv[5:])


if __name__ == "__main__":
    main()
