//! Where a repository lives at a forge, and who asks.

use crate::azure_devops::AzureDevOps;
use crate::bitbucket::Bitbucket;
use crate::ci::is_gitea_actions;
use crate::error::ForgeError;
use crate::forge::Forge;
use crate::gitea::Gitea;
use crate::github::GitHub;
use crate::gitlab::GitLab;
use crate::kind::Kind;
use crate::pace::Pace;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A repository at a forge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which forge.
    pub kind: Kind,
    /// The address of its API without a slash at the end: `https://api.github.com`, `https://gitlab.com/api/v4`; at
    /// Azure DevOps that of the organization.
    pub api: String,
    /// `OWNER/NAME`; at GitLab the whole path or the number; at Azure DevOps `PROJECT/NAME`.
    pub repository: String,
}

/// Speaks to the forge of a place.
///
/// # Errors
/// A repository that isn't named as the forge names it.
pub fn connect(place: &Place, token: Token, pace: Pace) -> Result<Arc<dyn Forge>, ForgeError> {
    Ok(match place.kind {
        Kind::GitHub => Arc::new(GitHub::new(place, token, pace)?),
        Kind::GitLab => Arc::new(GitLab::new(place, token, pace)?),
        Kind::Gitea => Arc::new(Gitea::new(place, token, pace)?),
        Kind::Bitbucket => Arc::new(Bitbucket::new(place, token, pace)?),
        Kind::AzureDevOps => Arc::new(AzureDevOps::new(place, token, pace)?),
    })
}

impl Place {
    /// The two halves of a repository's name.
    pub(crate) fn halves(&self) -> Result<(&str, &str), ForgeError> {
        let halves = self
            .repository
            .split_once('/')
            .filter(|(owner, name)| !owner.is_empty() && !name.is_empty() && !name.contains('/'));
        halves.ok_or_else(|| {
            let cause = format!("\"{}\" is not a repository of {}", self.repository, self.kind.name());
            let shape = if self.kind == Kind::AzureDevOps { "PROJECT/NAME" } else { "OWNER/NAME" };
            ForgeError::unconfigured(Some(self.kind), "find the repository", cause)
                .hint(format!("name it as {shape}"))
        })
    }

    /// The place of a repository's address, as Git knows it or as people look at it. The kind is given where the host
    /// doesn't say it.
    pub fn of_address(address: &str, kind: Option<Kind>) -> Option<Place> {
        let (host, path) = split(address)?;
        let kind = kind.or_else(|| kind_of(&host))?;
        let path = path.trim_matches('/').trim_end_matches(".git").to_owned();
        let api = match kind {
            Kind::GitHub if host == "github.com" => "https://api.github.com".to_owned(),
            Kind::GitHub => format!("https://{host}/api/v3"),
            Kind::GitLab => format!("https://{host}/api/v4"),
            Kind::Gitea => format!("https://{host}/api/v1"),
            Kind::Bitbucket => "https://api.bitbucket.org/2.0".to_owned(),
            Kind::AzureDevOps => return azure(&host, &path),
        };
        (!path.is_empty()).then_some(Place { kind, api, repository: path })
    }
}

/// The host of such an address; None of a path.
pub(crate) fn host_of(address: &str) -> Option<String> {
    split(address).map(|(host, _)| host).filter(|host| !host.is_empty())
}

/// Host and path of `https://host/path`, `ssh://git@host:22/path` or `git@host:path`.
fn split(address: &str) -> Option<(String, String)> {
    let without_user = |authority: &str| authority.rsplit('@').next().unwrap_or_default().to_owned();
    if let Some((scheme, rest)) = address.split_once("://") {
        let (authority, path) = rest.split_once('/')?;
        let host = without_user(authority);
        // A port of SSH says nothing about where the API is.
        let host = if scheme == "https" || scheme == "http" {
            host
        } else {
            host.split(':').next().unwrap_or_default().to_owned()
        };
        return Some((host, path.to_owned()));
    }
    let (authority, path) = address.split_once(':')?;
    Some((without_user(authority), path.to_owned()))
}

fn kind_of(host: &str) -> Option<Kind> {
    Some(match host {
        "github.com" => Kind::GitHub,
        "gitlab.com" => Kind::GitLab,
        "bitbucket.org" => Kind::Bitbucket,
        "codeberg.org" | "gitea.com" => Kind::Gitea,
        "dev.azure.com" | "ssh.dev.azure.com" => Kind::AzureDevOps,
        host if host.ends_with(".visualstudio.com") => Kind::AzureDevOps,
        host if host.ends_with(".ghe.com") => Kind::GitHub,
        _ => return None,
    })
}

/// `https://dev.azure.com/ORG/PROJECT/_git/NAME` and `git@ssh.dev.azure.com:v3/ORG/PROJECT/NAME`.
fn azure(host: &str, path: &str) -> Option<Place> {
    let parts: Vec<&str> = path.split('/').filter(|part| !["_git", "v3"].contains(part)).collect();
    let host = host.trim_start_matches("ssh.");
    let (api, project, name) = match &parts[..] {
        [project, name] => (format!("https://{host}"), project, name),
        [organization, project, name] => (format!("https://{host}/{organization}"), project, name),
        _ => return None,
    };
    Some(Place { kind: Kind::AzureDevOps, api, repository: format!("{project}/{name}") })
}

/// What proves who asks. It shows itself nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    scheme: Scheme,
    secret: String,
    /// The variable that it came from.
    from: String,
}

#[derive(Clone, PartialEq, Eq)]
enum Scheme {
    Bearer,
    /// `Authorization: token SECRET`.
    Token,
    /// `PRIVATE-TOKEN: SECRET`.
    Private,
    Basic {
        user: String,
    },
}

/// The variables that hold a token, by forge; the first that is set counts.
const GITHUB: [&str; 2] = ["GITHUB_TOKEN", "GH_TOKEN"];
const GITLAB: [&str; 2] = ["GITLAB_TOKEN", "GITLAB_PRIVATE_TOKEN"];
const GITEA: [&str; 2] = ["GITEA_TOKEN", "FORGEJO_TOKEN"];
/// Only Gitea's and Forgejo's own builds give their token under this name; anywhere else it is one of GitHub.
const GITEA_ACTIONS: [&str; 3] = ["GITEA_TOKEN", "FORGEJO_TOKEN", "GITHUB_TOKEN"];
const BITBUCKET: [&str; 2] = ["BITBUCKET_TOKEN", "BITBUCKET_ACCESS_TOKEN"];
const AZURE: [&str; 2] = ["AZURE_DEVOPS_TOKEN", "AZURE_DEVOPS_EXT_PAT"];
/// For any forge.
const ANY: &str = "TRUEUP_FORGE_TOKEN";

impl Token {
    /// The token that these variables hold for a forge: `TRUEUP_FORGE_TOKEN`, the forge's own names, or the identity of the
    /// CI that runs this.
    ///
    /// # Errors
    /// There is none; the hint names the variables.
    pub fn find(kind: Kind, environment: &BTreeMap<String, String>) -> Result<Token, ForgeError> {
        let get = |name: &str| environment.get(name).filter(|text| !text.trim().is_empty());
        let own: &[&str] = match kind {
            Kind::GitHub => &GITHUB,
            Kind::GitLab => &GITLAB,
            Kind::Gitea if is_gitea_actions(environment) => &GITEA_ACTIONS,
            Kind::Gitea => &GITEA,
            Kind::Bitbucket => &BITBUCKET,
            Kind::AzureDevOps => &AZURE,
        };
        let names = std::iter::once(ANY).chain(own.iter().copied());
        if let Some((from, secret)) = names.clone().find_map(|name| Some((name, get(name)?))) {
            return Ok(Token::new(kind, secret.trim(), from));
        }
        let basic = |user: &str, from: &str| {
            let (user, secret) = (get(user)?.clone(), get(from)?.clone());
            Some(Token { scheme: Scheme::Basic { user }, secret, from: from.to_owned() })
        };
        let otherwise = match kind {
            Kind::Bitbucket => basic("BITBUCKET_EMAIL", "BITBUCKET_API_TOKEN")
                .or_else(|| basic("BITBUCKET_USERNAME", "BITBUCKET_APP_PASSWORD")),
            Kind::AzureDevOps => get("SYSTEM_ACCESSTOKEN").map(|secret| Token {
                scheme: Scheme::Bearer,
                secret: secret.clone(),
                from: "SYSTEM_ACCESSTOKEN".into(),
            }),
            _ => None,
        };
        otherwise.ok_or_else(|| missing(kind, &names.collect::<Vec<_>>(), get("CI_JOB_TOKEN").is_some()))
    }

    /// A token that somebody gave; `from` says where it comes from.
    pub fn new(kind: Kind, secret: &str, from: &str) -> Token {
        let scheme = match kind {
            Kind::GitHub | Kind::Bitbucket => Scheme::Bearer,
            Kind::GitLab => Scheme::Private,
            Kind::Gitea => Scheme::Token,
            // A personal access token is a password without a user.
            Kind::AzureDevOps => Scheme::Basic { user: String::new() },
        };
        Token { scheme, secret: secret.to_owned(), from: from.to_owned() }
    }

    pub(crate) fn headers(&self) -> Vec<(&'static str, String)> {
        vec![match &self.scheme {
            Scheme::Bearer => ("authorization", format!("Bearer {}", self.secret)),
            Scheme::Token => ("authorization", format!("token {}", self.secret)),
            Scheme::Private => ("private-token", self.secret.clone()),
            Scheme::Basic { user } => {
                ("authorization", format!("Basic {}", STANDARD.encode(format!("{user}:{}", self.secret))))
            }
        }]
    }

    /// Whether it is that of an app's installation, as a run of GitHub Actions has one: GitHub says so by how it begins.
    pub(crate) fn is_installation(&self) -> bool {
        self.secret.starts_with("ghs_")
    }

    /// The text without the token in it.
    pub(crate) fn scrub(&self, text: &str) -> String {
        if self.secret.is_empty() { text.to_owned() } else { text.replace(&self.secret, "(token)") }
    }

    pub(crate) fn renew_hint(&self, kind: Kind) -> String {
        format!("the token out of {} may have expired or be of another {}", self.from, kind.name())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token(from {})", self.from)
    }
}

fn missing(kind: Kind, names: &[&str], has_job_token: bool) -> ForgeError {
    let hint = match kind {
        Kind::GitHub => {
            "in GitHub Actions: env: GITHUB_TOKEN: ${{ github.token }}, and permissions: pull-requests: write, checks: write"
        }
        Kind::GitLab if has_job_token => {
            "CI_JOB_TOKEN may not write comments: make a project access token with the scope api and the role Developer, and give it as GITLAB_TOKEN"
        }
        Kind::GitLab => "a project access token with the scope api and the role Developer does",
        Kind::Gitea => "a token with write:repository and write:issue does",
        Kind::Bitbucket => "a repository access token with pullrequest:write and repository:write does",
        Kind::AzureDevOps => "in Azure Pipelines: env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)",
    };
    let cause = format!("none of the variables {} holds a token", names.join(", "));
    ForgeError::unconfigured(Some(kind), "speak to the forge", cause).hint(hint)
}
