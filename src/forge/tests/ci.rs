//! What build servers say, as data.

use crate::{ForgeErrorKind, Kind, Place, Token, ci};
use std::collections::BTreeMap;

fn environment(text: &str) -> BTreeMap<String, String> {
    let pair = |line: &str| line.split_once('=').map(|(name, text)| (name.to_owned(), text.to_owned()));
    text.split_whitespace().filter_map(pair).collect()
}

#[test]
fn build_servers_are_known_by_their_variables() {
    let check = |variables: &str, expected: &str| {
        let found = ci(&environment(variables), None).expect("it is fine");
        let place =
            found.place.map(|place| format!("{} {} {}", place.kind.word(), place.api, place.repository));
        let text = |text: Option<String>| text.unwrap_or("-".into());
        let told = format!(
            "{}: {}, {}, {}, {}, {}",
            found.name.unwrap_or("none"),
            text(place),
            text(found.pull.map(|pull| pull.to_string())),
            text(found.base_branch),
            text(found.commit),
            text(found.run_url)
        );
        assert_eq!(told, expected, "{variables}");
    };
    check("HOME=/", "none: -, -, -, -, -");
    let github = "GITHUB_ACTIONS=true GITHUB_API_URL=https://api.github.com GITHUB_REPOSITORY=acme/infra GITHUB_SHA=ab GITHUB_SERVER_URL=https://github.com GITHUB_RUN_ID=5";
    check(
        &format!("{github} GITHUB_REF=refs/pull/7/merge GITHUB_BASE_REF=main"),
        "GitHub Actions: github https://api.github.com acme/infra, 7, main, -, https://github.com/acme/infra/actions/runs/5",
    );
    check(
        &format!("{github} GITHUB_REF=refs/heads/main"),
        "GitHub Actions: github https://api.github.com acme/infra, -, -, ab, https://github.com/acme/infra/actions/runs/5",
    );
    check(
        "GITHUB_ACTIONS=true GITEA_ACTIONS=true GITHUB_API_URL=https://g.example/api/v1 GITHUB_REPOSITORY=a/b GITHUB_REF=refs/pull/3/head",
        "Gitea Actions: gitea https://g.example/api/v1 a/b, 3, -, -, -",
    );
    check(
        "GITLAB_CI=true CI_API_V4_URL=https://gitlab.com/api/v4 CI_PROJECT_PATH=mallory/infra CI_MERGE_REQUEST_PROJECT_PATH=acme/g/infra CI_MERGE_REQUEST_IID=9 CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main CI_COMMIT_SHA=cd CI_JOB_URL=https://j/1",
        "GitLab CI: gitlab https://gitlab.com/api/v4 acme/g/infra, 9, main, cd, https://j/1",
    );
    check(
        "BITBUCKET_BUILD_NUMBER=4 BITBUCKET_REPO_FULL_NAME=acme/infra BITBUCKET_PR_ID=2 BITBUCKET_PR_DESTINATION_BRANCH=main BITBUCKET_COMMIT=ef",
        "Bitbucket Pipelines: bitbucket https://api.bitbucket.org/2.0 acme/infra, 2, main, ef, https://bitbucket.org/acme/infra/pipelines/results/4",
    );
    check(
        "TF_BUILD=True SYSTEM_COLLECTIONURI=https://dev.azure.com/org/ SYSTEM_TEAMPROJECT=acme BUILD_REPOSITORY_PROVIDER=TfsGit BUILD_REPOSITORY_NAME=infra SYSTEM_PULLREQUEST_PULLREQUESTID=11 SYSTEM_PULLREQUEST_TARGETBRANCH=refs/heads/main SYSTEM_PULLREQUEST_SOURCECOMMITID=12ab BUILD_SOURCEVERSION=34cd BUILD_BUILDID=6",
        "Azure Pipelines: azure-devops https://dev.azure.com/org acme/infra, 11, main, 12ab, https://dev.azure.com/org/acme/_build/results?buildId=6",
    );
    check(
        "TF_BUILD=True BUILD_REPOSITORY_PROVIDER=GitHub BUILD_REPOSITORY_URI=https://github.com/acme/infra SYSTEM_PULLREQUEST_PULLREQUESTID=777 SYSTEM_PULLREQUEST_PULLREQUESTNUMBER=7",
        "Azure Pipelines: github https://api.github.com acme/infra, 7, -, -, -",
    );
    check(
        "CIRCLECI=true CIRCLE_REPOSITORY_URL=git@github.com:acme/infra.git CIRCLE_PULL_REQUEST=https://github.com/acme/infra/pull/7 CIRCLE_SHA1=ab CIRCLE_BUILD_URL=https://c/1",
        "CircleCI: github https://api.github.com acme/infra, 7, -, ab, https://c/1",
    );
    check(
        "JENKINS_URL=https://j/ CHANGE_ID=7 CHANGE_TARGET=main GIT_URL=https://gitlab.com/acme/infra.git GIT_COMMIT=ab BUILD_URL=https://j/1/",
        "Jenkins: gitlab https://gitlab.com/api/v4 acme/infra, 7, main, -, https://j/1/",
    );
    check(
        "JENKINS_URL=https://j/ TRUEUP_FORGE=forgejo TRUEUP_FORGE_URL=https://f.example/api/v1/ TRUEUP_FORGE_REPOSITORY=a/b",
        "Jenkins: gitea https://f.example/api/v1 a/b, -, -, -, -",
    );
    let error = ci(&environment("TRUEUP_FORGE=gihub"), None).expect_err("no such forge");
    assert_eq!(error.hint.as_deref(), Some("did you mean \"github\"?"));
}

#[test]
fn the_remote_says_where_a_named_repository_is() {
    let check = |variables: &str, remote: Option<&str>, expected: Option<&str>| {
        let place = ci(&environment(variables), remote).expect("it is fine").place;
        let told = place.map(|place| format!("{} {} {}", place.kind.word(), place.api, place.repository));
        assert_eq!(told.as_deref(), expected, "{variables} {remote:?}");
    };
    let gitlab = "TRUEUP_FORGE=gitlab TRUEUP_FORGE_REPOSITORY=a/b";
    let public = Some("gitlab https://gitlab.com/api/v4 a/b");
    check(gitlab, None, public);
    check(gitlab, Some("/srv/b.git"), public);
    check(gitlab, Some("git@gitlab.com:x/y.git"), public);
    // The token of a forge at home isn't sent to the public one.
    check(gitlab, Some("git@git.example.com:a/b.git"), None);
    check(gitlab, Some("https://github.com/a/b"), None);
    check(
        "GITHUB_ACTIONS=true TRUEUP_FORGE=gitlab TRUEUP_FORGE_REPOSITORY=a/b",
        Some("https://github.com/a/b"),
        None,
    );
    check("TRUEUP_FORGE=github TRUEUP_FORGE_REPOSITORY=a/b", Some("https://git.example.com/a/b"), None);
    check("TRUEUP_FORGE=bitbucket TRUEUP_FORGE_REPOSITORY=a/b", Some("https://git.example.com/a/b"), None);
    check(
        "TRUEUP_FORGE=gitlab TRUEUP_FORGE_URL=https://git.example.com/api/v4 TRUEUP_FORGE_REPOSITORY=a/b",
        Some("git@git.example.com:a/b.git"),
        Some("gitlab https://git.example.com/api/v4 a/b"),
    );
    check("", Some("https://codeberg.org/a/b"), Some("gitea https://codeberg.org/api/v1 a/b"));
    check("TRUEUP_FORGE=github", Some("https://codeberg.org/a/b"), None);
    check(
        "GITLAB_CI=true CI_API_V4_URL=https://g.example/api/v4 CI_PROJECT_PATH=a/b",
        Some("https://github.com/mirror/b"),
        Some("gitlab https://g.example/api/v4 a/b"),
    );
}

#[test]
fn repositories_are_found_by_their_addresses() {
    let check = |address: &str, kind: Option<Kind>, expected: Option<(&str, &str)>| {
        let found = Place::of_address(address, kind);
        let found = found.as_ref().map(|place| (place.api.as_str(), place.repository.as_str()));
        assert_eq!(found, expected, "{address}");
    };
    let github = Some(("https://api.github.com", "a/b"));
    check("https://github.com/a/b.git", None, github);
    check("https://x:token@github.com/a/b", None, github);
    check("git@github.com:a/b.git", None, github);
    check("ssh://git@github.com:22/a/b", None, github);
    check("https://git.example.com/a/b", None, None);
    check(
        "https://git.example.com:8443/a/b",
        Some(Kind::GitHub),
        Some(("https://git.example.com:8443/api/v3", "a/b")),
    );
    check(
        "git@git.example.com:g/s/b.git",
        Some(Kind::GitLab),
        Some(("https://git.example.com/api/v4", "g/s/b")),
    );
    check("https://dev.azure.com/o/p/_git/r", None, Some(("https://dev.azure.com/o", "p/r")));
    check("git@ssh.dev.azure.com:v3/o/p/r", None, Some(("https://dev.azure.com/o", "p/r")));
    check("https://o.visualstudio.com/p/_git/r", None, Some(("https://o.visualstudio.com", "p/r")));
    check("not an address", None, None);
}

#[test]
fn tokens_come_from_variables() {
    let check = |kind: Kind, variables: &str, expected: &str| {
        let token = Token::find(kind, &environment(variables)).expect("a token");
        let told =
            token.headers().into_iter().map(|(name, text)| format!("{name}: {text}")).collect::<String>();
        assert_eq!(told, expected, "{kind:?} {variables}");
        assert!(!format!("{token:?}").contains("s3c"), "{kind:?}");
    };
    check(Kind::GitHub, "GH_TOKEN=s3c GITHUB_TOKEN=s3d", "authorization: Bearer s3d");
    check(Kind::GitHub, "GITHUB_TOKEN= GH_TOKEN=s3c", "authorization: Bearer s3c");
    check(Kind::GitLab, "CI_JOB_TOKEN=x GITLAB_TOKEN=s3c", "private-token: s3c");
    check(Kind::Gitea, "GITEA_ACTIONS=true GITHUB_TOKEN=s3c", "authorization: token s3c");
    check(Kind::Gitea, "FORGEJO_ACTIONS=true GITHUB_TOKEN=s3c", "authorization: token s3c");
    check(Kind::Gitea, "GITHUB_TOKEN=s3d FORGEJO_TOKEN=s3c", "authorization: token s3c");
    check(Kind::Bitbucket, "BITBUCKET_EMAIL=a BITBUCKET_API_TOKEN=b", "authorization: Basic YTpi");
    check(Kind::AzureDevOps, "SYSTEM_ACCESSTOKEN=s3c", "authorization: Bearer s3c");
    check(Kind::AzureDevOps, "SYSTEM_ACCESSTOKEN=x AZURE_DEVOPS_EXT_PAT=b", "authorization: Basic OmI=");
    check(Kind::AzureDevOps, "AZURE_DEVOPS_EXT_PAT=x TRUEUP_FORGE_TOKEN=b", "authorization: Basic OmI=");
    // A laptop's token of GitHub is none of Gitea.
    let error = Token::find(Kind::Gitea, &environment("GITHUB_TOKEN=s3c")).expect_err("none");
    assert!(!error.cause.contains("GITHUB_TOKEN"), "{error}");
    let error = Token::find(Kind::GitLab, &environment("CI_JOB_TOKEN=x")).expect_err("none");
    assert_eq!(error.kind, ForgeErrorKind::Unconfigured);
    assert!(error.hint.expect("a hint").contains("CI_JOB_TOKEN may not write comments"));
}
