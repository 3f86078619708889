//! Roles and policies.

use trueup_provider_walk::{CASE, Case};

/// A policy that lets a service assume a role, as a string inside JSON.
macro_rules! trust {
    ($service:literal) => {
        concat!(
            r#""{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"Service\": \""#,
            $service,
            r#".amazonaws.com\"}, \"Action\": \"sts:AssumeRole\"}]}""#
        )
    };
}
pub(crate) use trust;

/// A policy that allows an action, as a string inside JSON.
macro_rules! permit {
    ($action:literal) => {
        concat!(
            r#""{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": [\""#,
            $action,
            r#"\"], \"Resource\": \"*\"}]}""#
        )
    };
}
pub(crate) use permit;

/// A policy that denies everything, as a parameter of a request.
macro_rules! deny {
    () => {
        "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Deny%22%2C%22Action%22%3A%22%2A%22%2C\
         %22Resource%22%3A%22%2A%22%7D%7D"
    };
}

const ROLE: (&str, &str, &str) = (
    "role",
    "aws_iam_role",
    concat!(r#"{"name": "walk-needed", "assume_role_policy": "#, trust!("ec2"), "}"),
);
const POLICY: (&str, &str, &str) = (
    "policy",
    "aws_iam_policy",
    concat!(r#"{"name": "walk-policy", "policy": "#, permit!("s3:GetObject"), "}"),
);

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "aws_iam_role",
        setup: &[POLICY, ("second", "aws_iam_policy", concat!(r#"{"policy": "#, permit!("s3:*"), "}"))],
        create: concat!(
            r#"{"name": "walk", "path": "/walk/", "description": "for walks", "max_session_duration": 7200,
                "tags": {"a": "b"}, "assume_role_policy": "#,
            trust!("ec2"),
            "}"
        ),
        updates: &[
            concat!(
                r#"{"name": "walk", "path": "/walk/", "force_detach_policies": true, "assume_role_policy": "#,
                trust!("lambda"),
                r#", "permissions_boundary": "${policy.arn}", "managed_policy_arns": ["${policy.arn}", "${second.arn}"],
                    "inline_policy": [{"name": "one", "policy": "#,
                permit!("s3:*"),
                r#"}, {"name": "two", "policy": "#,
                permit!("s3:GetObject"),
                "}]}"
            ),
            concat!(
                r#"{"name": "walk", "path": "/walk/", "assume_role_policy": "#,
                trust!("lambda"),
                r#", "description": "other", "max_session_duration": 3600, "managed_policy_arns": ["${policy.arn}"],
                    "tags": {"a": "c", "d": "e"}, "inline_policy": [{"name": "one", "policy": "#,
                permit!("s3:GetObject"),
                "}]}"
            ),
        ],
        replaces: &[
            (
                concat!(r#"{"name": "walked", "path": "/walk/", "assume_role_policy": "#, trust!("ec2"), "}"),
                "name",
            ),
            (
                concat!(
                    r#"{"name_prefix": "p", "path": "/walk/", "assume_role_policy": "#,
                    trust!("ec2"),
                    "}"
                ),
                "name_prefix",
            ),
            (concat!(r#"{"name": "walked", "assume_role_policy": "#, trust!("ec2"), "}"), "path"),
        ],
        tampers: &[
            (
                "iam:UpdateAssumeRolePolicy&RoleName=walk&PolicyDocument=%7B%22Version%22%3A%222012-10-17%22%2C\
                 %22Statement%22%3A%7B%22Effect%22%3A%22Deny%22%2C%22Principal%22%3A%7B%22AWS%22%3A%22123456789012%22%7D%2C\
                 %22Action%22%3A%22sts%3AAssumeRole%22%7D%7D",
                "assume_role_policy",
            ),
            ("iam:UpdateRoleDescription&RoleName=walk&Description=tampered", "description"),
            (
                "iam:UpdateRole&RoleName=walk&Description=other&MaxSessionDuration=10000",
                "max_session_duration",
            ),
            (
                "iam:PutRolePermissionsBoundary&RoleName=walk&PermissionsBoundary=${policy.arn}",
                "permissions_boundary",
            ),
            ("iam:AttachRolePolicy&RoleName=walk&PolicyArn=${second.arn}", "managed_policy_arns"),
            ("iam:DetachRolePolicy&RoleName=walk&PolicyArn=${policy.arn}", "managed_policy_arns"),
            ("iam:DeleteRolePolicy&RoleName=walk&PolicyName=one", "inline_policy"),
            (
                concat!("iam:PutRolePolicy&RoleName=walk&PolicyName=other&PolicyDocument=", deny!()),
                "inline_policy",
            ),
            ("iam:TagRole&RoleName=walk&Tags.member.1.Key=who&Tags.member.1.Value=me", "tags"),
            ("iam:UntagRole&RoleName=walk&TagKeys.member.1=team", "tags_all"),
        ],
        lose: &[
            "iam:DetachRolePolicy&RoleName=walk&PolicyArn=${policy.arn}",
            "iam:DeleteRolePolicy&RoleName=walk&PolicyName=one",
            "iam:DeleteRole&RoleName=walk",
        ],
        excused: &[("force_detach_policies", "the API doesn't know it")],
        ..CASE
    },
    Case {
        kind: "aws_iam_policy",
        create: concat!(
            r#"{"name": "walk", "path": "/walk/", "description": "for walks", "policy": "#,
            permit!("s3:GetObject"),
            "}"
        ),
        updates: &[
            concat!(
                r#"{"name": "walk", "path": "/walk/", "description": "for walks", "tags": {"a": "b"}, "policy": "#,
                permit!("s3:*"),
                "}"
            ),
            concat!(
                r#"{"name": "walk", "path": "/walk/", "description": "for walks", "tags": {"a": "c"}, "policy": "#,
                permit!("ec2:*"),
                "}"
            ),
        ],
        replaces: &[
            (
                concat!(
                    r#"{"name": "x", "path": "/walk/", "description": "for walks", "policy": "#,
                    permit!("s3:*"),
                    "}"
                ),
                "name",
            ),
            (
                concat!(
                    r#"{"name_prefix": "p", "path": "/walk/", "description": "for walks", "policy": "#,
                    permit!("s3:*"),
                    "}"
                ),
                "name_prefix",
            ),
            (
                concat!(r#"{"name": "walk", "path": "/walk/", "policy": "#, permit!("s3:*"), "}"),
                "description",
            ),
            (concat!(r#"{"name": "walk", "policy": "#, permit!("s3:*"), "}"), "path"),
        ],
        tampers: &[
            (
                concat!(
                    "iam:CreatePolicyVersion&PolicyArn=${this.arn}&SetAsDefault=true&PolicyDocument=",
                    deny!()
                ),
                "policy",
            ),
            ("iam:TagPolicy&PolicyArn=${this.arn}&Tags.member.1.Key=who&Tags.member.1.Value=me", "tags"),
            ("iam:UntagPolicy&PolicyArn=${this.arn}&TagKeys.member.1=team", "tags_all"),
        ],
        lose: &[
            "iam:DeletePolicyVersion&PolicyArn=${this.arn}&VersionId=v1",
            "iam:DeletePolicyVersion&PolicyArn=${this.arn}&VersionId=v2",
            "iam:DeletePolicy&PolicyArn=${this.arn}",
        ],
        ..CASE
    },
    Case {
        kind: "aws_iam_role_policy",
        setup: &[
            ROLE,
            (
                "second",
                "aws_iam_role",
                concat!(r#"{"name": "walk-second", "assume_role_policy": "#, trust!("ec2"), "}"),
            ),
        ],
        create: concat!(r#"{"role": "${role.id}", "name": "walk", "policy": "#, permit!("s3:*"), "}"),
        updates: &[concat!(r#"{"role": "${role.id}", "name": "walk", "policy": "#, permit!("ec2:*"), "}")],
        replaces: &[
            (concat!(r#"{"role": "${role.id}", "name": "x", "policy": "#, permit!("ec2:*"), "}"), "name"),
            (
                concat!(r#"{"role": "${second.id}", "name": "walk", "policy": "#, permit!("ec2:*"), "}"),
                "role",
            ),
            (
                concat!(r#"{"role": "${role.id}", "name_prefix": "p", "policy": "#, permit!("ec2:*"), "}"),
                "name_prefix",
            ),
        ],
        tampers: &[(
            concat!("iam:PutRolePolicy&RoleName=${role.id}&PolicyName=walk&PolicyDocument=", deny!()),
            "policy",
        )],
        lose: &["iam:DeleteRolePolicy&RoleName=${role.id}&PolicyName=walk"],
        import: "${role.id}:walk",
        ..CASE
    },
    Case {
        kind: "aws_iam_role_policy_attachment",
        setup: &[
            (
                "role",
                "aws_iam_role",
                concat!(r#"{"name": "walk-attached", "assume_role_policy": "#, trust!("ec2"), "}"),
            ),
            (
                "second",
                "aws_iam_role",
                concat!(r#"{"name_prefix": "attached-", "assume_role_policy": "#, trust!("ec2"), "}"),
            ),
            (
                "policy",
                "aws_iam_policy",
                concat!(r#"{"name": "walk-attached", "policy": "#, permit!("s3:*"), "}"),
            ),
            (
                "other",
                "aws_iam_policy",
                concat!(r#"{"name_prefix": "attached-", "policy": "#, permit!("s3:*"), "}"),
            ),
        ],
        create: r#"{"role": "${role.id}", "policy_arn": "${policy.arn}"}"#,
        replaces: &[
            (r#"{"role": "${second.id}", "policy_arn": "${policy.arn}"}"#, "role"),
            (r#"{"role": "${role.id}", "policy_arn": "${other.arn}"}"#, "policy_arn"),
        ],
        lose: &["iam:DetachRolePolicy&RoleName=${role.id}&PolicyArn=${policy.arn}"],
        import: "${role.id}/${policy.arn}",
        ..CASE
    },
    Case {
        kind: "aws_iam_instance_profile",
        setup: &[
            ("role", "aws_iam_role", concat!(r#"{"assume_role_policy": "#, trust!("ec2"), "}")),
            (
                "second",
                "aws_iam_role",
                concat!(r#"{"name_prefix": "second-", "assume_role_policy": "#, trust!("ec2"), "}"),
            ),
        ],
        create: r#"{"name": "walk", "path": "/walk/"}"#,
        updates: &[
            r#"{"name": "walk", "path": "/walk/", "role": "${role.id}", "tags": {"a": "b"}}"#,
            r#"{"name": "walk", "path": "/walk/", "role": "${second.id}", "tags": {"a": "c"}}"#,
        ],
        replaces: &[
            (r#"{"name": "x", "path": "/walk/"}"#, "name"),
            (r#"{"name_prefix": "p", "path": "/walk/"}"#, "name_prefix"),
            (r#"{"name": "walk"}"#, "path"),
        ],
        tampers: &[
            ("iam:RemoveRoleFromInstanceProfile&InstanceProfileName=walk&RoleName=${second.id}", "role"),
            (
                "iam:TagInstanceProfile&InstanceProfileName=walk&Tags.member.1.Key=x&Tags.member.1.Value=y",
                "tags",
            ),
            ("iam:UntagInstanceProfile&InstanceProfileName=walk&TagKeys.member.1=team", "tags_all"),
        ],
        lose: &[
            "iam:RemoveRoleFromInstanceProfile&InstanceProfileName=walk&RoleName=${second.id}",
            "iam:DeleteInstanceProfile&InstanceProfileName=walk",
        ],
        ..CASE
    },
];
