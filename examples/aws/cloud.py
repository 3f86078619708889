"""The other side of the example: what somebody else does to the cloud, and what is really there.

Usage: cloud.py ENDPOINT make-bucket NAME | meddle | expect-up | expect-down
"""

import json
import sys

import boto3

NAME = "harbour"
REGION = "eu-central-1"


def named(value):
    return [{"Name": "tag:Project", "Values": [value]}]


class Cloud:
    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.ec2 = boto3.client("ec2", endpoint_url=endpoint, region_name=REGION)
        self.iam = boto3.client("iam", endpoint_url=endpoint, region_name=REGION)
        self.dynamodb = boto3.client("dynamodb", endpoint_url=endpoint, region_name=REGION)
        self.s3 = boto3.client("s3", endpoint_url=endpoint, region_name=REGION)

    def make_bucket(self, name):
        self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})

    def servers(self):
        found = self.ec2.describe_instances(Filters=named(NAME))["Reservations"]
        instances = [instance for reservation in found for instance in reservation["Instances"]]
        return [one for one in instances if one["State"]["Name"] not in ("terminated", "shutting-down")]

    def open_rules(self):
        groups = self.ec2.describe_security_groups(Filters=named(NAME))["SecurityGroups"]
        ids = [group["GroupId"] for group in groups]
        if not ids:
            return []
        rules = self.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": ids}])
        return [rule for rule in rules["SecurityGroupRules"] if not rule["IsEgress"]]

    def buckets(self):
        return [bucket["Name"] for bucket in self.s3.list_buckets()["Buckets"] if bucket["Name"].startswith(NAME)]

    def role_policy(self):
        return self.iam.get_role_policy(RoleName=f"{NAME}-web", PolicyName="session-manager")["PolicyDocument"]

    def blocks_the_public(self, bucket):
        block = self.s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        return all(block.values())

    def meddle(self):
        server = self.servers()[0]
        self.ec2.create_tags(Resources=[server["InstanceId"]], Tags=[{"Key": "Role", "Value": "playground"}])
        print(f"  the tag Role of {server['InstanceId']} is now \"playground\"")
        [https] = [rule for rule in self.open_rules() if rule["FromPort"] == 443]
        self.ec2.revoke_security_group_ingress(
            GroupId=https["GroupId"], SecurityGroupRuleIds=[https["SecurityGroupRuleId"]]
        )
        print(f"  the rule {https['SecurityGroupRuleId']} for port 443 is gone")
        [bucket] = self.buckets()
        self.s3.put_object(Bucket=bucket, Key="site.json", Body=b"{}", ContentType="application/json")
        print(f"  s3://{bucket}/site.json is overwritten")
        self.s3.put_public_access_block(
            Bucket=bucket,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": False,
                "RestrictPublicBuckets": False,
            },
        )
        print(f"  {bucket} may have a public policy again")
        policy = self.role_policy()
        policy["Statement"][0]["Action"].append("iam:PassRole")
        self.iam.put_role_policy(
            RoleName=f"{NAME}-web", PolicyName="session-manager", PolicyDocument=json.dumps(policy)
        )
        print(f"  the role {NAME}-web may do iam:PassRole")

    def expect_up(self):
        servers = self.servers()
        assert len(servers) == 2, servers
        for server in servers:
            tags = {tag["Key"]: tag["Value"] for tag in server["Tags"]}
            zone = server["Placement"]["AvailabilityZone"]
            wanted = {"Name": f"{NAME}-web-{zone}", "Role": "web", "Project": NAME, "Environment": "staging"}
            assert tags == wanted, tags
            assert "PublicIpAddress" not in server, server
        assert sorted(rule["FromPort"] for rule in self.open_rules()) == [80, 443], self.open_rules()
        subnets = self.ec2.describe_subnets(Filters=named(NAME))["Subnets"]
        ranges = sorted(subnet["CidrBlock"] for subnet in subnets)
        assert ranges == ["10.20.1.0/24", "10.20.101.0/24", "10.20.102.0/24", "10.20.2.0/24"], ranges
        gateways = self.ec2.describe_nat_gateways(Filters=named(NAME))["NatGateways"]
        gateways = [gateway for gateway in gateways if gateway["State"] == "available"]
        assert len(gateways) == 2, gateways
        [bucket] = self.buckets()
        site = json.load(self.s3.get_object(Bucket=bucket, Key="site.json")["Body"])
        assert site["table"] == f"{NAME}-sessions", site
        assert self.blocks_the_public(bucket)
        assert "iam:PassRole" not in self.role_policy()["Statement"][0]["Action"]
        ids = " and ".join(server["InstanceId"] for server in servers)
        print(f"  the cloud holds the servers {ids}, four subnets, two NAT gateways, two open ports and {bucket}")

    def expect_down(self):
        gateways = self.ec2.describe_nat_gateways(Filters=named(NAME))["NatGateways"]
        roles = [role for role in self.iam.list_roles()["Roles"] if role["RoleName"].startswith(NAME)]
        left = (
            self.servers()
            + self.ec2.describe_vpcs(Filters=named(NAME))["Vpcs"]
            + self.ec2.describe_addresses(Filters=named(NAME))["Addresses"]
            + [gateway for gateway in gateways if gateway["State"] not in ("deleted", "deleting")]
            + self.ec2.describe_volumes(Filters=named(NAME))["Volumes"]
            + self.buckets()
            + roles
            + self.dynamodb.list_tables()["TableNames"]
        )
        assert not left, left
        print("  nothing is left in the cloud")


def main():
    cloud = Cloud(sys.argv[1])
    getattr(cloud, sys.argv[2].replace("-", "_"))(*sys.argv[3:])


if __name__ == "__main__":
    main()
