//! What the variables of a build server say: which repository at which forge, which pull request, which commit.

use crate::error::ForgeError;
use crate::kind::Kind;
use crate::place::{Place, host_of};
use std::collections::BTreeMap;

/// What is known of where this runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ci {
    /// The build server: `GitHub Actions`; None outside of any.
    pub name: Option<&'static str>,
    /// Where the repository lives.
    pub place: Option<Place>,
    /// The number of the pull request that this runs for.
    pub pull: Option<u64>,
    /// The branch that it is to go into.
    pub base_branch: Option<String>,
    /// The branch that this runs for, where it runs for no pull request.
    pub branch: Option<String>,
    /// The last commit of what it brings; some servers check out another one, merged with the base branch.
    pub commit: Option<String>,
    /// Where people look at this run.
    pub run_url: Option<String>,
}

type Environment = BTreeMap<String, String>;

/// Reads the variables of the known build servers. `TRUEUP_FORGE` (a forge's name), `TRUEUP_FORGE_URL` (the address of its
/// API) and `TRUEUP_FORGE_REPOSITORY` go before what is found, and what is found before the remote of Git.
///
/// # Errors
/// A name in `TRUEUP_FORGE` that is no forge's.
pub fn ci(environment: &Environment, remote: Option<&str>) -> Result<Ci, ForgeError> {
    let mut found = SERVERS
        .iter()
        .find(|server| get(environment, server.by).is_some())
        .map(|server| Ci { name: Some(server.name), ..(server.read)(environment) })
        .unwrap_or_default();
    found.place = found.place.or_else(|| Place::of_address(remote?, None));
    found.place = named(environment, found.place, remote)?;
    Ok(found)
}

struct Server {
    name: &'static str,
    /// The variable by which it is known.
    by: &'static str,
    read: fn(&Environment) -> Ci,
}

/// Gitea and Forgejo set GitHub's variables, too, so they come first.
const SERVERS: &[Server] = &[
    Server { name: "Forgejo Actions", by: "FORGEJO_ACTIONS", read: |e| actions(e, Kind::Gitea) },
    Server { name: "Gitea Actions", by: "GITEA_ACTIONS", read: |e| actions(e, Kind::Gitea) },
    Server { name: "GitHub Actions", by: "GITHUB_ACTIONS", read: |e| actions(e, Kind::GitHub) },
    Server { name: "GitLab CI", by: "GITLAB_CI", read: gitlab },
    Server { name: "Bitbucket Pipelines", by: "BITBUCKET_BUILD_NUMBER", read: bitbucket },
    Server { name: "Azure Pipelines", by: "TF_BUILD", read: azure },
    Server { name: "CircleCI", by: "CIRCLECI", read: circle },
    Server { name: "Jenkins", by: "JENKINS_URL", read: jenkins },
];

fn get(environment: &Environment, name: &str) -> Option<String> {
    environment.get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn number(environment: &Environment, name: &str) -> Option<u64> {
    get(environment, name)?.parse().ok()
}

/// Whether it is a build of Gitea or Forgejo that this runs in.
pub(crate) fn is_gitea_actions(environment: &Environment) -> bool {
    ["FORGEJO_ACTIONS", "GITEA_ACTIONS"].iter().any(|name| get(environment, name).is_some())
}

/// What is said on purpose, over what was found.
fn named(
    environment: &Environment,
    found: Option<Place>,
    remote: Option<&str>,
) -> Result<Option<Place>, ForgeError> {
    let kind = match get(environment, "TRUEUP_FORGE") {
        None => None,
        Some(word) => Some(Kind::of_word(&word).ok_or_else(|| unknown(&word))?),
    };
    let api = get(environment, "TRUEUP_FORGE_URL").map(|api| api.trim_end_matches('/').to_owned());
    let repository = get(environment, "TRUEUP_FORGE_REPOSITORY");
    let found = found.filter(|found| kind.is_none_or(|kind| kind == found.kind));
    let kind = kind.or(found.as_ref().map(|found| found.kind));
    // A repository of another host is at a forge at home, whose token isn't to be sent to the public one.
    let is_elsewhere = remote.and_then(host_of).is_some();
    let usual = |kind: Kind| match kind {
        _ if is_elsewhere => None,
        Kind::GitHub => Some("https://api.github.com".to_owned()),
        Kind::GitLab => Some("https://gitlab.com/api/v4".to_owned()),
        Kind::Bitbucket => Some("https://api.bitbucket.org/2.0".to_owned()),
        Kind::Gitea | Kind::AzureDevOps => None,
    };
    let api = api.or_else(|| found.as_ref().map(|found| found.api.clone()));
    let repository = repository.or_else(|| found.map(|found| found.repository));
    Ok(kind.and_then(|kind| Some(Place { kind, api: api.or_else(|| usual(kind))?, repository: repository? })))
}

fn unknown(word: &str) -> ForgeError {
    let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
    let error = ForgeError::unconfigured(
        None,
        "speak to the forge",
        format!("\"{word}\" in TRUEUP_FORGE is no forge"),
    );
    match trueup_diag::nearest(word, words.iter().copied()) {
        Some(near) => error.hint(format!("did you mean \"{near}\"?")),
        None => error.hint(format!("name one of {}", words.join(", "))),
    }
}

fn branch_of(reference: &str) -> Option<String> {
    reference.strip_prefix("refs/heads/").map(str::to_owned)
}

fn actions(environment: &Environment, kind: Kind) -> Ci {
    let place = get(environment, "GITHUB_API_URL").zip(get(environment, "GITHUB_REPOSITORY"));
    let number = get(environment, "GITHUB_REF").and_then(|name| {
        let (number, _) = name.strip_prefix("refs/pull/")?.split_once('/')?;
        number.parse().ok()
    });
    let run = || {
        let text = |name: &str| get(environment, name);
        Some(format!(
            "{}/{}/actions/runs/{}",
            text("GITHUB_SERVER_URL")?,
            text("GITHUB_REPOSITORY")?,
            text("GITHUB_RUN_ID")?
        ))
    };
    Ci {
        place: place.map(|(api, repository)| Place { kind, api, repository }),
        pull: number,
        base_branch: get(environment, "GITHUB_BASE_REF"),
        branch: get(environment, "GITHUB_REF").as_deref().and_then(branch_of),
        // What is checked out for a pull request is a merge with the base branch that nobody else knows.
        commit: get(environment, "GITHUB_SHA").filter(|_| number.is_none()),
        run_url: run(),
        ..Ci::default()
    }
}

fn gitlab(environment: &Environment) -> Ci {
    let project = get(environment, "CI_MERGE_REQUEST_PROJECT_PATH").or(get(environment, "CI_PROJECT_PATH"));
    let place = get(environment, "CI_API_V4_URL").zip(project);
    Ci {
        place: place.map(|(api, repository)| Place { kind: Kind::GitLab, api, repository }),
        pull: number(environment, "CI_MERGE_REQUEST_IID"),
        base_branch: get(environment, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"),
        branch: get(environment, "CI_COMMIT_BRANCH"),
        commit: get(environment, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA").or(get(environment, "CI_COMMIT_SHA")),
        run_url: get(environment, "CI_JOB_URL"),
        ..Ci::default()
    }
}

fn bitbucket(environment: &Environment) -> Ci {
    let repository = get(environment, "BITBUCKET_REPO_FULL_NAME");
    let api = "https://api.bitbucket.org/2.0".to_owned();
    let run = get(environment, "BITBUCKET_REPO_FULL_NAME").zip(get(environment, "BITBUCKET_BUILD_NUMBER"));
    Ci {
        place: repository.map(|repository| Place { kind: Kind::Bitbucket, api, repository }),
        pull: number(environment, "BITBUCKET_PR_ID"),
        base_branch: get(environment, "BITBUCKET_PR_DESTINATION_BRANCH"),
        branch: get(environment, "BITBUCKET_BRANCH")
            .filter(|_| get(environment, "BITBUCKET_PR_ID").is_none()),
        commit: get(environment, "BITBUCKET_COMMIT"),
        run_url: run.map(|(name, run)| format!("https://bitbucket.org/{name}/pipelines/results/{run}")),
        ..Ci::default()
    }
}

fn azure(environment: &Environment) -> Ci {
    let text = |name: &str| get(environment, name);
    let branch = |name: String| name.trim_start_matches("refs/heads/").to_owned();
    let collection = text("SYSTEM_COLLECTIONURI").or(text("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI"));
    let run = collection.clone().zip(text("SYSTEM_TEAMPROJECT")).zip(text("BUILD_BUILDID"));
    let run_url = run.map(|((collection, project), build)| {
        format!("{}/{project}/_build/results?buildId={build}", collection.trim_end_matches('/'))
    });
    let is_here = text("BUILD_REPOSITORY_PROVIDER").is_none_or(|provider| provider == "TfsGit");
    let (place, pull) = if is_here {
        let name = text("SYSTEM_TEAMPROJECT").zip(text("BUILD_REPOSITORY_NAME"));
        let place = collection.zip(name).map(|(collection, (project, name))| Place {
            kind: Kind::AzureDevOps,
            api: collection.trim_end_matches('/').to_owned(),
            repository: format!("{project}/{name}"),
        });
        (place, number(environment, "SYSTEM_PULLREQUEST_PULLREQUESTID"))
    } else {
        let place = text("BUILD_REPOSITORY_URI").and_then(|address| Place::of_address(&address, None));
        (place, number(environment, "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER"))
    };
    Ci {
        place,
        pull,
        base_branch: text("SYSTEM_PULLREQUEST_TARGETBRANCH").map(branch),
        branch: text("BUILD_SOURCEBRANCH").as_deref().and_then(branch_of),
        commit: text("SYSTEM_PULLREQUEST_SOURCECOMMITID").or(text("BUILD_SOURCEVERSION")),
        run_url,
        ..Ci::default()
    }
}

fn circle(environment: &Environment) -> Ci {
    let request = get(environment, "CIRCLE_PULL_REQUEST");
    Ci {
        place: get(environment, "CIRCLE_REPOSITORY_URL")
            .and_then(|address| Place::of_address(&address, None)),
        branch: get(environment, "CIRCLE_BRANCH").filter(|_| request.is_none()),
        pull: request.and_then(|url| url.rsplit('/').next()?.parse().ok()),
        commit: get(environment, "CIRCLE_SHA1"),
        run_url: get(environment, "CIRCLE_BUILD_URL"),
        ..Ci::default()
    }
}

/// The multibranch pipelines of Jenkins.
fn jenkins(environment: &Environment) -> Ci {
    let address = get(environment, "GIT_URL").or(get(environment, "GIT_URL_1"));
    Ci {
        place: address.and_then(|address| Place::of_address(&address, None)),
        pull: number(environment, "CHANGE_ID"),
        base_branch: get(environment, "CHANGE_TARGET"),
        branch: get(environment, "BRANCH_NAME").filter(|_| get(environment, "CHANGE_ID").is_none()),
        commit: get(environment, "GIT_COMMIT").filter(|_| get(environment, "CHANGE_ID").is_none()),
        run_url: get(environment, "BUILD_URL"),
        ..Ci::default()
    }
}
