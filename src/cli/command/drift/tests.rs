//! `drift -open-pr` with a cloud, a Git server and a forge.

use crate::arguments;
use crate::command::{Context, apply, drift, run};
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use trueup_loopback::{Answers, GitServer, Reply, Request, serve};
use trueup_provider::Deed;
use trueup_provider::fake::{Call, Effect, FakeCloud, FakeFactory};
use trueup_value::Value;

const MAIN: &str = r#"
terraform {
  required_providers {
    fake = { source = "trueup/fake" }
  }
}
variable "hidden" {
  default   = "none"
  sensitive = true
}
resource "fake_thing" "a" {
  name   = "a"
  size   = 1 # small
  zone   = var.hidden
  secret = "plain"
}
resource "fake_thing" "b" {
  name = "b"
  size = 1 + 1
}
"#;
const BRANCH: &str = "trueup/drift/env-";

/// What exists at the forge, which is one like Gitea.
#[derive(Default)]
struct World {
    pulls: Vec<(String, String, String)>,
    comments: Vec<String>,
    texts: Vec<String>,
}

/// The forge, and the repository that it is of.
struct Forge {
    world: Mutex<World>,
    repository: PathBuf,
}

impl Forge {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("no holder panics")
    }

    fn answer(&self, request: &Request, rest: &[&str]) -> Reply {
        let body = request.json().unwrap_or_default();
        let sent = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let mut world = self.world();
        world.texts.push(body.to_string());
        let comment = |at: usize, text: &str| json!({ "id": at, "body": text, "user": bot() });
        match (request.method.as_str(), rest) {
            ("GET", ["pulls"]) => {
                // A forge closes what has no branch any more.
                let is_open =
                    |pull: &(String, String, String)| pull.2 == "open" && !self.tip(&pull.0).is_empty();
                let all = world.pulls.iter().enumerate().filter(|(_, pull)| is_open(pull));
                Reply::json(200, &all.map(|(at, pull)| self.pull(at, pull)).collect())
            }
            ("POST", ["pulls"]) => {
                let new = (sent("head"), sent("base"), "open".to_owned());
                let is_there = |branch: &str| !self.tip(branch).is_empty();
                if world.pulls.contains(&new) {
                    return Reply::json(409, &json!({ "message": "there is one" }));
                }
                if !is_there(&new.0) || !is_there(&new.1) || new.0 == new.1 {
                    return Reply::json(404, &json!({ "message": "no such branch" }));
                }
                world.pulls.push(new.clone());
                Reply::json(201, &self.pull(world.pulls.len() - 1, &new))
            }
            ("GET", ["issues", "0" | "1", "comments"]) => Reply::json(
                200,
                &world.comments.iter().enumerate().map(|(at, text)| comment(at, text)).collect(),
            ),
            ("POST", ["issues", "0" | "1", "comments"]) => {
                world.comments.push(sent("body"));
                Reply::json(201, &comment(world.comments.len() - 1, &sent("body")))
            }
            ("PATCH", ["issues", "comments", id]) => {
                let at: usize = id.parse().expect("a number");
                world.comments[at] = sent("body");
                Reply::json(200, &comment(at, &sent("body")))
            }
            _ => Reply::empty(404),
        }
    }

    fn pull(&self, at: usize, (head, base, _): &(String, String, String)) -> Json {
        let repository = json!({ "full_name": "acme/infra" });
        json!({
            "number": at, "title": "A change", "html_url": format!("https://h/{at}"), "state": "open", "draft": false,
            "merged": false, "mergeable": true, "labels": [], "user": bot(),
            "head": { "ref": head, "sha": self.tip(head), "repo": repository },
            "base": { "ref": base, "sha": self.tip(base), "repo": repository },
        })
    }

    fn tip(&self, branch: &str) -> String {
        git(&self.repository, &format!("for-each-ref --format=%(objectname) refs/heads/{branch}"))
    }
}

fn bot() -> Json {
    json!({ "id": 3, "login": "bot" })
}

#[async_trait]
impl Answers for Forge {
    async fn answer(&self, request: &Request) -> Option<Reply> {
        if request.header("authorization") != Some("token s3cr3t") {
            return Some(Reply::empty(401));
        }
        let parts = request.segments();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        Some(match &parts[..] {
            ["api", "v1", "user"] => Reply::json(200, &bot()),
            ["api", "v1", "repos", "acme", "infra", rest @ ..] => self.answer(request, rest),
            _ => Reply::empty(404),
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "the tests make repositories with Git itself")]
fn git(directory: &Path, line: &str) -> String {
    let output = std::process::Command::new("git")
        .current_dir(directory)
        .args(["-c", "user.name=T", "-c", "user.email=t@example.com"])
        .args(line.split(' '))
        .output()
        .expect("git is installed");
    assert!(output.status.success(), "git {line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A clone with an applied configuration, and where it came from.
struct Stage {
    directory: tempfile::TempDir,
    cloud: FakeCloud,
    forge: Arc<Forge>,
    environment: BTreeMap<String, String>,
}

impl Stage {
    async fn new() -> Stage {
        let directory = tempfile::tempdir().expect("a directory");
        let top = directory.path().canonicalize().expect("it exists");
        let bare = top.join("served/acme/infra.git");
        std::fs::create_dir_all(&bare).expect("a directory");
        git(&bare, "init --quiet --bare --initial-branch=main .");
        let mut base = String::new();
        serve(|url| {
            base = url;
            Arc::new(GitServer { root: top.join("served"), takes: true })
        })
        .await;
        let forge = Arc::new(Forge { world: Mutex::default(), repository: bare });
        let mut api = String::new();
        serve(|url| {
            api = url;
            forge.clone()
        })
        .await;
        git(&top, &format!("clone --quiet {base}/acme/infra.git work"));
        let environment = [
            ("TRUEUP_FORGE", "forgejo".to_owned()),
            ("TRUEUP_FORGE_URL", format!("{api}/api/v1")),
            ("TRUEUP_FORGE_REPOSITORY", "acme/infra".to_owned()),
            ("TRUEUP_FORGE_TOKEN", "s3cr3t".to_owned()),
            ("TF_VAR_hidden", "hush-hush".to_owned()),
        ];
        let environment = environment.map(|(name, text)| (name.to_owned(), text)).into();
        let stage = Stage { directory, cloud: FakeCloud::new(), forge, environment };
        stage.write("env/main.tf", MAIN);
        stage.write(".gitignore", "*.tfstate*\n.terraform*\n");
        stage.git("checkout --quiet -B main");
        stage.commit("first");
        assert_eq!(stage.run("apply -auto-approve").await, 0);
        stage
    }

    fn work(&self) -> PathBuf {
        self.directory.path().join("work")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.work().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }

    fn git(&self, line: &str) -> String {
        git(&self.work(), line)
    }

    fn commit(&self, message: &str) {
        self.git("add --all");
        self.git(&format!("commit --quiet --message {message}"));
        self.git("push --quiet -u origin HEAD");
    }

    /// Runs the program in the configuration's directory; gives its exit code.
    async fn run(&self, line: &str) -> u8 {
        let words: Vec<String> = format!("trueup {line}").split(' ').map(str::to_owned).collect();
        let line = arguments::parse(&arguments::normalize(words)).expect("a line");
        let context =
            Context::new(&line, self.environment.clone()).unwrap_or_else(|found| panic!("{found:?}"));
        let dir = self.work().join("env");
        let clouds = Arc::new(FakeFactory::new(self.cloud.clone()));
        let context = Context { working: dir.clone(), dir, clouds, ..context };
        match line.command {
            arguments::Command::Apply(args) => apply::run(&context, args, false).await,
            arguments::Command::Drift(args) => drift::run(&context, args).await,
            arguments::Command::Run(args) => run::run(&context, args).await,
            _ => unreachable!("the tests run these"),
        }
    }

    /// Somebody changes an object.
    fn meddle(&self, name: &str, attribute: &str, value: impl Into<Value>) {
        let objects = self.cloud.objects();
        let found = objects.iter().find(|one| one.value.get("name") == Some(&Value::from(name)));
        assert!(self.cloud.set("fake_thing", &found.expect(name).id, attribute, value));
    }

    /// The branch at the remote.
    fn branch(&self) -> Option<String> {
        let found = git(
            &self.forge.repository,
            &format!("for-each-ref --format=%(refname:short) refs/heads/{BRANCH}*"),
        );
        assert!(!found.contains('\n'), "{found}");
        Some(found).filter(|found| !found.is_empty())
    }

    /// What the branch's file has that that of `main` hasn't.
    fn added(&self) -> Vec<String> {
        let branch = self.branch().expect("a branch");
        let diff = git(&self.forge.repository, &format!("diff --unified=0 main...{branch}"));
        let added = diff.lines().filter(|line| line.starts_with('+') && !line.starts_with("+++"));
        added.map(|line| line[1..].trim().to_owned()).collect()
    }

    /// The only comment; nothing secret stands in it, or in anything else that the forge was told.
    fn comment(&self) -> String {
        let world = self.forge.world();
        assert!(
            !world.texts.iter().any(|text| text.contains("hush") || text.contains("leaked")),
            "{:?}",
            world.texts
        );
        assert_eq!(world.comments.len(), 1, "{:?}", world.comments);
        world.comments[0].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_outside_is_proposed_once_and_kept_up_to_date() {
    let stage = Stage::new().await;
    assert_eq!(stage.run("drift -open-pr").await, 0, "nothing differs");
    assert_eq!((stage.branch(), stage.forge.world().pulls.len()), (None, 0));
    stage.meddle("a", "size", 5);
    assert_eq!(stage.run("drift -open-pr -no-color").await, 0);
    assert_eq!(stage.added(), ["size   = 5 # small"]);
    assert_eq!(
        stage.forge.world().pulls,
        [(stage.branch().expect("a branch"), "main".into(), "open".into())]
    );
    assert!(stage.comment().contains("`fake_thing.a`: `size`"), "{}", stage.comment());
    assert_eq!(stage.git("status --short"), "", "the files here stay as they are");
    let calls = stage.forge.world().texts.len();
    assert_eq!(stage.run("drift -open-pr -no-color -format=markdown").await, 0, "again");
    assert!(stage.forge.world().texts[calls..].iter().all(|text| text == "null"), "nothing is written");
    // More drifts: the same pull request has it.
    stage.meddle("a", "size", 6);
    stage.meddle("b", "size", 7);
    assert_eq!(stage.run("drift -open-pr -json").await, 5, "what is computed is left");
    assert_eq!(stage.added(), ["size   = 6 # small"]);
    assert_eq!(stage.forge.world().pulls.len(), 1);
    let told = stage.comment();
    assert!(told.contains("not taken over") && told.contains("`fake_thing.b size`"), "{told}");
    // Somebody closes it: it is opened anew as long as it drifts.
    stage.forge.world().pulls[0].2 = "closed".into();
    stage.forge.world().comments.clear();
    assert_eq!(stage.run("drift -open-pr -no-color").await, 5);
    assert_eq!(stage.forge.world().pulls.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_goes_with_its_drift() {
    let stage = Stage::new().await;
    stage.meddle("a", "size", 5);
    assert_eq!(stage.run("drift -open-pr").await, 0);
    let branch = stage.branch().expect("a branch");
    stage.meddle("a", "size", 1);
    assert_eq!(stage.run("drift").await, 0);
    assert_eq!(stage.branch().as_ref(), Some(&branch), "nobody asked");
    assert_eq!(stage.run("drift -open-pr").await, 0);
    assert_eq!(stage.branch(), None);
    assert!(stage.comment().contains("Nothing is left"), "{}", stage.comment());
    assert_eq!(stage.run("drift -open-pr").await, 0, "there is none");
    // Others have gone on with it.
    stage.forge.world().pulls.clear();
    stage.meddle("b", "size", 5);
    stage.meddle("a", "size", 6);
    assert_eq!(stage.run("drift -open-pr").await, 5);
    stage.git(&format!("fetch --quiet origin {branch}"));
    stage.git("checkout --quiet FETCH_HEAD");
    stage.write("env/more.tf", "# theirs\n");
    stage.git("add --all");
    stage.git("commit --quiet --message theirs");
    stage.git(&format!("push --quiet origin HEAD:refs/heads/{branch}"));
    stage.git("checkout --quiet main");
    stage.meddle("a", "size", 1);
    assert_eq!(stage.run("drift -open-pr").await, 2, "what is left can't be proposed");
    assert_eq!(stage.branch(), Some(branch));
    assert!(stage.comment().contains("Nothing is left"), "{}", stage.comment());
}

#[tokio::test(flavor = "multi_thread")]
async fn proposals_into_two_branches_are_kept_apart() {
    let stage = Stage::new().await;
    stage.meddle("a", "size", 5);
    assert_eq!(stage.run("drift -open-pr").await, 0);
    stage.git("checkout --quiet -b release");
    stage.write("env/release.tf", "# not in main\n");
    stage.commit("release");
    assert_eq!(stage.run("drift -open-pr").await, 0);
    let pulls = stage.forge.world().pulls.clone();
    let bases: Vec<&str> = pulls.iter().map(|pull| pull.1.as_str()).collect();
    assert_eq!(bases, ["main", "release"]);
    for (branch, base, _) in &pulls {
        let brought = git(&stage.forge.repository, &format!("diff --name-only {base}...{branch}"));
        assert_eq!(brought, "env/main.tf", "{base}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_proposed_nowhere() {
    let stage = Stage::new().await;
    stage.meddle("a", "secret", "leaked");
    stage.meddle("a", "zone", "leaked-zone");
    assert_eq!(stage.run("drift -open-pr -no-color").await, 2);
    assert_eq!((stage.branch(), stage.forge.world().pulls.len()), (None, 0));
    stage.meddle("a", "size", 5);
    assert_eq!(stage.run("drift -open-pr -no-color").await, 5);
    assert_eq!(stage.added(), ["size   = 5 # small"]);
    assert!(stage.comment().contains("it is sensitive"), "{}", stage.comment());
    let branch = stage.branch().expect("a branch");
    // What isn't marked and holds a secret of somewhere else.
    stage.meddle("b", "name", "x-hush-hush-x");
    assert_eq!(stage.run("drift -open-pr -no-color").await, 5);
    assert_eq!(stage.run("drift -adopt -no-color").await, 5);
    assert!(!stage.git("diff").contains("hush"), "{}", stage.git("diff"));
    let all = git(&stage.forge.repository, &format!("log --format=%B -p main..{branch}"));
    assert!(!all.contains("leaked") && !all.contains("hush"), "{all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn audit_logs_are_asked_about_what_drifted_alone() {
    let stage = Stage::new().await;
    assert_eq!(stage.run("drift -audit").await, 0);
    assert_eq!(stage.cloud.count(Call::Audit), 0, "there is nothing to ask for");
    stage.meddle("a", "size", 5);
    let deed = Deed { time: "2026-11-21T10:00:00Z".into(), who: "eve".into(), ..Deed::default() };
    stage.cloud.record("fake_thing", "thing-a-1", deed);
    assert_eq!(stage.run("drift -audit").await, 2);
    assert_eq!(stage.run("drift").await, 2);
    assert_eq!(stage.cloud.count(Call::Audit), 1);
    stage.cloud.fail(Call::Audit, 1, Effect::ErrorBefore);
    assert_eq!(stage.run("drift -audit -json").await, 2, "a refusal is no failure of the report");
    assert_eq!(stage.run("drift -audit -json").await, 2);
    stage.cloud.reset_calls();
    assert_eq!(stage.run("run drift -all -audit").await, 2);
    assert_eq!(stage.cloud.count(Call::Audit), 1, "in many stacks as well");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_way_is_told_and_nothing_is_pushed() {
    let mut stage = Stage::new().await;
    stage.meddle("a", "size", 5);
    stage.write("env/main.tf", &MAIN.replace("# small", "# tiny"));
    assert_eq!(stage.run("drift -open-pr").await, 1, "the file differs from the commit");
    stage.git("checkout --quiet .");
    stage.git("commit --quiet --allow-empty --message mine");
    assert_eq!(stage.run("drift -open-pr").await, 1, "a commit of one's own would come along");
    stage.git("reset --quiet --hard HEAD~1");
    stage.git("checkout --quiet --detach");
    assert_eq!(stage.run("drift -open-pr").await, 1, "there is no branch that it could go into");
    stage.environment.insert("TRUEUP_FORGE_REPOSITORY".into(), "upstream/infra".into());
    assert_eq!(stage.run("drift -open-pr").await, 1, "the remote is a fork");
    stage.environment.insert("TRUEUP_FORGE_REPOSITORY".into(), "acme/infra".into());
    stage.git("checkout --quiet main");
    let url = stage.git("remote get-url origin");
    stage.git(&format!("remote add fork {}", url.replace("acme", "me")));
    stage.git("config branch.main.pushRemote origin");
    stage.git("config branch.main.remote fork");
    assert_eq!(stage.run("drift -open-pr").await, 1, "it is the fork that is pushed to");
    stage.git("config branch.main.remote origin");
    let bare = stage.forge.repository.display().to_string();
    stage.git(&format!("remote set-url --push origin {bare}"));
    assert_eq!(stage.run("drift -open-pr").await, 1, "nobody knows whose repository that is");
    stage.git(&format!("remote set-url --push origin {url}"));
    stage.git("checkout --quiet --detach");
    assert_eq!((stage.branch(), stage.forge.world().pulls.len()), (None, 0));
    // A build server checks a commit out, and says of which branch.
    for (name, text) in [("GITEA_ACTIONS", "true"), ("GITHUB_REF", "refs/heads/main")] {
        stage.environment.insert(name.into(), text.into());
    }
    assert_eq!(stage.run("drift -open-pr").await, 0);
    assert_eq!(stage.forge.world().pulls.len(), 1);
    // Somebody goes on with it: it is theirs.
    let branch = stage.branch().expect("a branch");
    stage.git(&format!("fetch --quiet origin {branch}"));
    stage.git("checkout --quiet FETCH_HEAD");
    stage.write("env/more.tf", "# theirs\n");
    stage.git("add --all");
    stage.git("commit --quiet --message theirs");
    stage.git(&format!("push --quiet origin HEAD:refs/heads/{branch}"));
    stage.git("checkout --quiet origin/main");
    stage.meddle("a", "size", 6);
    assert_eq!(stage.run("drift -open-pr").await, 2, "it is left as it is");
    assert_eq!(stage.added(), ["size   = 5 # small", "# theirs"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_that_rules_hold_back_has_an_exit_code_of_its_own() {
    let stage = Stage::new().await;
    let rules = |inside: &str| {
        stage.write("trueup.hcl", &format!("drift {{\n  correct {{\n    {inside}\n  }}\n}}\n"));
    };
    stage.meddle("a", "size", 5);
    for inside in ["types = [\"other_*\"]", "attributes = [\"zone\"]", "only_at_applied_commit = true"] {
        rules(inside);
        assert_eq!(stage.run("drift -correct -auto-approve").await, 3, "{inside}");
    }
    rules("types = [\"fake_*\"]");
    assert_eq!(stage.run("drift -correct -auto-approve").await, 0);
    // A flag that wasn't given is no rule.
    let objects = stage.cloud.objects();
    let a = objects.iter().find(|one| one.value.get("name") == Some(&Value::from("a"))).expect("it is there");
    assert!(stage.cloud.remove("fake_thing", &a.id));
    stage.write("trueup.hcl", "");
    assert_eq!(stage.run("drift -correct -auto-approve").await, 2);
}
