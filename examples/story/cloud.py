"""What somebody does to the story's cloud by hand.

Usage: cloud.py ENDPOINT make-bucket NAME | label-bucket TEAM | label-network TEAM | delete-object | team
"""

import sys

import boto3

REGION = "eu-central-1"


def main():
    endpoint, what, *more = sys.argv[1:]
    s3 = boto3.client("s3", endpoint_url=endpoint, region_name=REGION)
    ec2 = boto3.client("ec2", endpoint_url=endpoint, region_name=REGION)

    def network():
        return ec2.describe_vpcs(Filters=[{"Name": "tag:part", "Values": ["network"]}])["Vpcs"][0]

    def team(tags):
        return next(tag["Value"] for tag in tags if tag["Key"] == "team")

    if what == "make-bucket":
        s3.create_bucket(Bucket=more[0], CreateBucketConfiguration={"LocationConstraint": REGION})
    elif what == "label-bucket":
        labels = [{"Key": "part", "Value": "app"}, {"Key": "team", "Value": more[0]}]
        s3.put_bucket_tagging(Bucket="story-site", Tagging={"TagSet": labels})
        print(f"  the bucket story-site belongs to the team {more[0]} now")
    elif what == "label-network":
        ec2.create_tags(Resources=[network()["VpcId"]], Tags=[{"Key": "team", "Value": more[0]}])
        print(f"  the network belongs to the team {more[0]} now")
    elif what == "delete-object":
        s3.delete_object(Bucket="story-site", Key="site.json")
        print("  the object site.json is gone")
    elif what == "team":
        print(team(s3.get_bucket_tagging(Bucket="story-site")["TagSet"]), team(network()["Tags"]))
    else:
        sys.exit(f"nobody knows how to {what}")


if __name__ == "__main__":
    main()
