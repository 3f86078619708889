//! `pr plan` and `pr apply` with a repository and a forge: one comment, exactly what it showed, and each reason why not.

use crate::support::sandbox::{Outcome, Sandbox, find_program};
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use trueup_loopback::{Answers, Reply, Request, serve};

const STACKS: &str =
    "stack \"net\" {}\nstack \"dns\" {}\nstack \"app\" {\n  inputs = { net = stack.net.id }\n}\n";
const NET: &str = r#"
module "name" {
  source = "../modules/name"
}
resource "terraform_data" "net" {
  input = { name = module.name.name, secret = sensitive("hush-hush") }
}
output "id" {
  value = terraform_data.net.id
}
"#;
const APP: &str = "variable \"net\" {}\nresource \"terraform_data\" \"app\" {\n  input = var.net\n}\n";
const DNS: &str = "resource \"terraform_data\" \"dns\" {}\n";
const NAME: &str = "output \"name\" {\n  value = \"VERSION\"\n}\n";

/// What exists at the forge, which is one like Gitea.
#[derive(Default)]
struct World {
    head: String,
    is_fork: bool,
    /// The base branch; main where it is empty.
    base: String,
    rules: Option<String>,
    /// Those of the base branch, where it is another one than main.
    base_rules: Option<String>,
    /// Those of the directory `net`.
    net_rules: Option<String>,
    comments: Vec<(u64, String)>,
    statuses: BTreeMap<String, (String, String)>,
    reviews: Vec<(String, String)>,
    /// Who made its commits.
    makers: Vec<String>,
}

#[derive(Default)]
struct Forge(Mutex<World>);

impl Forge {
    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().expect("no holder panics")
    }
}

#[async_trait]
impl Answers for Forge {
    async fn answer(&self, request: &Request) -> Option<Reply> {
        if request.header("authorization") != Some("token s3cr3t") {
            return Some(Reply::empty(401));
        }
        let parts = request.segments();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let rest = match &parts[..] {
            ["api", "v1", "user"] => return Some(Reply::json(200, &person("bot"))),
            ["api", "v1", "repos", "acme", "infra", rest @ ..] => rest,
            _ => return Some(Reply::empty(404)),
        };
        Some(answer(&mut self.world(), request, rest))
    }
}

fn base(world: &World) -> &str {
    if world.base.is_empty() { "main" } else { &world.base }
}

fn person(name: &str) -> Json {
    json!({ "id": name.len(), "login": name })
}

fn answer(world: &mut World, request: &Request, rest: &[&str]) -> Reply {
    let sent = |name: &str| request.json().unwrap_or_default()[name].as_str().unwrap_or_default().to_owned();
    let comment = |id: u64, body: &str| json!({ "id": id, "body": body, "user": person("bot") });
    match (request.method.as_str(), rest) {
        ("GET", ["pulls", "7"]) => {
            let from = if world.is_fork { "eve/infra" } else { "acme/infra" };
            Reply::json(
                200,
                &json!({
                    "number": 7, "title": "A change", "html_url": "https://h/7", "state": "open", "draft": false,
                    "merged": false, "mergeable": true, "labels": [], "user": person("ann"),
                    "head": { "ref": "change", "sha": world.head, "repo": { "full_name": from } },
                    "base": { "ref": base(world), "sha": "", "repo": { "full_name": "acme/infra" } },
                }),
            )
        }
        ("GET", ["pulls", "7", "reviews"]) => {
            let review = |(name, commit): &(String, String)| json!({ "user": person(name), "state": "APPROVED", "commit_id": commit, "official": true });
            Reply::json(200, &world.reviews.iter().map(review).collect())
        }
        ("GET", ["pulls", "7", "commits"]) => {
            let made = |name: &String| json!({ "sha": "", "author": person(name), "committer": null });
            Reply::json(200, &world.makers.iter().map(made).collect())
        }
        ("GET", ["issues", "7", "comments"]) => {
            Reply::json(200, &world.comments.iter().map(|(id, body)| comment(*id, body)).collect())
        }
        ("POST", ["issues", "7", "comments"]) => {
            let id = 100 + world.comments.len() as u64;
            world.comments.push((id, sent("body")));
            Reply::json(201, &comment(id, &sent("body")))
        }
        ("PATCH", ["issues", "comments", id]) => {
            let Some(found) = world.comments.iter_mut().find(|one| one.0.to_string() == *id) else {
                return Reply::empty(404);
            };
            found.1 = sent("body");
            Reply::json(200, &comment(found.0, &found.1))
        }
        ("POST", ["statuses", _]) => {
            world.statuses.insert(sent("context"), (sent("state"), sent("description")));
            Reply::json(201, &json!({}))
        }
        ("GET", []) => Reply::json(200, &json!({ "full_name": "acme/infra", "default_branch": "main" })),
        ("GET", ["branches", branch]) => {
            Reply::json(200, &json!({ "name": branch, "commit": { "id": format!("tip-of-{branch}") } }))
        }
        ("GET", ["raw", "trueup.hcl"]) if request.parameter("ref").as_deref() != Some("tip-of-main") => {
            match &world.base_rules {
                Some(text) => Reply { status: 200, body: text.clone().into_bytes(), ..Reply::default() },
                None => Reply::empty(404),
            }
        }
        ("GET", ["raw", "trueup.hcl"]) => match &world.rules {
            Some(text) => Reply { status: 200, body: text.clone().into_bytes(), ..Reply::default() },
            None => Reply::empty(404),
        },
        ("GET", ["raw", "net", "trueup.hcl"]) => match &world.net_rules {
            Some(text) => Reply { status: 200, body: text.clone().into_bytes(), ..Reply::default() },
            None => Reply::empty(404),
        },
        _ => Reply::empty(404),
    }
}

/// A repository with three stacks on a branch, and its forge.
struct Place {
    sandbox: Sandbox,
    forge: Arc<Forge>,
    _runtime: tokio::runtime::Runtime,
}

impl Place {
    fn new() -> Place {
        let forge = Arc::new(Forge::default());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let mut address = String::new();
        runtime.block_on(serve(|url| {
            address = url;
            forge.clone()
        }));
        let mut sandbox = Sandbox::with(&[
            ("trueup.hcl", STACKS),
            ("net/main.tf", NET),
            ("app/main.tf", APP),
            ("dns/main.tf", DNS),
            ("modules/name/main.tf", &NAME.replace("VERSION", "first")),
            (".gitignore", ".terraform*\n*.tfstate*\n"),
        ]);
        sandbox.set("GIT_CONFIG_NOSYSTEM", "1");
        sandbox.set("TRUEUP_FORGE", "forgejo");
        sandbox.set("TRUEUP_FORGE_URL", &format!("{address}/api/v1"));
        sandbox.set("TRUEUP_FORGE_REPOSITORY", "acme/infra");
        sandbox.set("TRUEUP_FORGE_TOKEN", "s3cr3t");
        let place = Place { sandbox, forge, _runtime: runtime };
        place.git("init --quiet --initial-branch=main .");
        place.git("add .");
        place.git("commit --quiet --message first");
        place.git("checkout --quiet -b change");
        place
    }

    fn git(&self, line: &str) -> String {
        let git = find_program("git").expect("git is installed");
        let identity = ["-c", "user.name=T", "-c", "user.email=t@example.com"];
        let arguments: Vec<&str> = identity.into_iter().chain(line.split(' ')).collect();
        self.sandbox.run(&git, &arguments).code(0).stdout.trim().to_owned()
    }

    /// Commits a change of the module that `net` calls, and tells the forge.
    fn push(&self, version: &str) {
        self.sandbox.write("modules/name/main.tf", &NAME.replace("VERSION", version));
        self.git("commit --quiet --all --message change");
        self.forge.world().head = self.git("rev-parse HEAD");
    }

    fn pr(&self, line: &str) -> Outcome {
        let arguments: Vec<&str> = ["pr"].into_iter().chain(line.split(' ')).collect();
        self.sandbox.trueup(&arguments).hides("s3cr3t")
    }

    /// The only comment with this in it.
    #[track_caller]
    fn comment(&self, part: &str) -> (u64, String) {
        let world = self.forge.world();
        let found: Vec<&(u64, String)> =
            world.comments.iter().filter(|(_, body)| body.contains(part)).collect();
        assert_eq!(found.len(), 1, "{part} in {:#?}", world.comments);
        assert!(!found[0].1.contains("hush-hush"), "{}", found[0].1);
        found[0].clone()
    }

    fn has_state(&self, stack: &str) -> bool {
        self.sandbox.path(&format!("{stack}/terraform.tfstate")).exists()
    }
}

#[test]
fn exactly_what_was_shown_is_applied() {
    let place = Place::new();
    place.push("second");
    place.pr("plan -number=7 -detailed-exitcode").code(2);
    let (id, first) = place.comment("trueup:plan");
    assert!(first.contains("net") && first.contains("app") && !first.contains("dns"), "{first}");
    assert!(first.contains("second"), "{first}");
    let statuses: Vec<(String, String)> =
        place.forge.world().statuses.iter().map(|(name, (state, _))| (name.clone(), state.clone())).collect();
    let success = |name: &str| (name.to_owned(), "success".to_owned());
    assert_eq!(statuses, [success("trueup/plan: app"), success("trueup/plan: net")]);

    // A push: the plan that is shown is none of it, until it is planned again.
    place.push("third");
    place.pr("apply -number=7").code(1).shows("is of commit");
    place.comment("Not applied");
    place.pr("plan -number=7").code(0);
    let (same, second) = place.comment("trueup:plan");
    assert_eq!(id, same);
    assert!(second.contains("third") && !second.contains("second"), "{second}");

    // The rules of the base branch count, and approvals of what is there now.
    place.forge.world().rules = Some("pulls {\n  approvals = 1\n}\n".into());
    place.pr("apply -number=7").code(3).shows("1 approval is needed");
    let head = place.forge.world().head.clone();
    place.forge.world().reviews = vec![("ann".into(), head.clone()), ("bobby".into(), "0".repeat(40))];
    place.pr("apply -number=7").code(3).shows("there is none");
    assert!(!place.has_state("net") && !place.has_state("app"));
    place.forge.world().reviews.push(("bobby".into(), head));
    place.forge.world().makers = vec!["bobby".into()];
    place.pr("apply -number=7").code(3).shows("there is none");
    place.forge.world().makers.clear();
    place.pr("apply -number=7").code(0);
    assert!(place.has_state("net") && place.has_state("app") && !place.has_state("dns"));
    place.comment("### Applied");
    assert_eq!(place.forge.world().statuses["trueup/apply: net"].0, "success");
    assert_eq!(place.forge.world().comments.len(), 2);
    place.pr("apply -number=7").code(0).shows("nothing to apply any more");
    place.comment("### Applied");
}

#[test]
fn what_moved_is_not_applied() {
    let place = Place::new();
    place.push("second");
    place.pr("plan -number=7").code(0);
    place.pr("apply -number=7").code(0);
    place.push("third");
    place.pr("plan -number=7").code(0);
    // Somebody writes to the state.
    place.sandbox.trueup(&["-chdir=net", "taint", "terraform_data.net"]).code(0);
    let before = place.sandbox.read("net/terraform.tfstate");
    place.pr("apply -number=7").code(1).shows("The state of the stack net moved from serial");
    assert_eq!(place.sandbox.read("net/terraform.tfstate"), before);
    place.pr("plan -number=7").code(0);
    // Files differ from what was planned.
    place.sandbox.write("net/more.tf", "resource \"terraform_data\" \"more\" {}\n");
    place.pr("apply -number=7").code(1).shows("Files here differ");
    std::fs::remove_file(place.sandbox.path("net/more.tf")).expect("it is there");
    // A commit that nobody has pushed, on top of it; and one that merges it with what isn't the base branch's.
    place.git("commit --quiet --allow-empty --message unseen");
    place.pr("apply -number=7").code(1).shows("is checked out here");
    place.git("checkout --quiet main");
    place.git("commit --quiet --allow-empty --message unseen");
    place.git("merge --quiet --no-ff --message merge change~1");
    place.pr("apply -number=7").code(1).shows("is checked out here");
    place.git("reset --quiet --hard main~1");
    place.pr("apply -number=7").code(1).shows("is checked out here");
}

#[test]
fn what_people_have_read_is_applied() {
    let place = Place::new();
    place.push("second");
    place.pr("plan -number=7 -link=https://example.com/1").code(0);
    // Somebody who may edit comments makes the plan look as if it did something else.
    let body = place.comment("trueup:plan").1;
    let edit = |body: &str| {
        for (_, text) in place.forge.world().comments.iter_mut().filter(|one| one.1.contains("trueup:plan")) {
            body.clone_into(text);
        }
    };
    edit(&body.replace("second", "harmless"));
    place.pr("apply -number=7").code(1).shows("The text of the comment isn't what is planned");
    edit(&format!("{body}\n\nApproved by everybody"));
    place.pr("apply -number=7").code(1).shows("The text of the comment isn't what is planned");
    assert!(!place.has_state("net"));
    // Forges change the ends of lines; another link of this build makes no difference.
    edit(&body.replace('\n', "\r\n"));
    place.pr("apply -number=7").code(0);
    assert!(place.has_state("net"));
}

#[test]
fn another_configuration_of_the_same_plan_is_another_one() {
    let place = Place::new();
    // A merge whose tree somebody has edited: what is known of the plan stays the same.
    place.push("second");
    place.pr("plan -number=7").code(0);
    let ours = place.git("rev-parse change");
    place.git("checkout --quiet main");
    place.git("commit --quiet --allow-empty --message base");
    place.git("update-ref refs/remotes/origin/main main");
    place.git(&format!("merge --quiet --no-ff --message merge {ours}"));
    place.forge.world().rules = Some(STACKS.into());
    let unseen = "output \"more\" {\n  value = terraform_data.net.id\n}\n";
    let more = NET.replace("terraform_data.net.id", "\"${terraform_data.net.id}x\"");
    place.sandbox.write("net/main.tf", &more);
    place.git("commit --quiet --all --amend --message merge");
    place.pr("apply -number=7").code(1).shows("or its configuration is another one");
    place.sandbox.write("net/main.tf", &format!("{NET}{unseen}"));
    place.git("commit --quiet --all --amend --message merge");
    place.pr("apply -number=7").code(1);
    assert!(!place.has_state("net"));
    place.sandbox.write("net/main.tf", NET);
    place.git("commit --quiet --all --amend --message merge");
    place.pr("apply -number=7").code(0);
    assert!(place.has_state("net"));
}

#[test]
fn stacks_that_are_gone_are_told() {
    let place = Place::new();
    // Nothing else is touched.
    place.git("rm --quiet -r dns");
    place.sandbox.write("trueup.hcl", &STACKS.replace("stack \"dns\" {}\n", ""));
    place.git("commit --quiet --all --message gone");
    place.forge.world().head = place.git("rev-parse HEAD");
    place.pr("plan -number=7").code(0).shows("The stack dns was there").shows("touches a stack");
    let (_, told) = place.comment("trueup:plan");
    assert!(told.contains("Stacks that are gone: dns."), "{told}");
    place.push("second");
    place.pr("plan -number=7").code(0).shows("The stack dns was there");
    let (_, told) = place.comment("trueup:plan");
    assert!(told.contains("Stacks that are gone: dns.") && told.contains("second"), "{told}");
    place.pr("apply -number=7").code(0);
    assert!(place.has_state("net"));
}

#[test]
fn what_comes_out_otherwise_after_others_is_left_out() {
    let place = Place::new();
    // What the one leaves behind while it is applied, the other one sees only when it is planned again.
    let leaves = "  provisioner \"local-exec\" {\n    command = \"echo other > ../app/seen.tfstate\"\n  }\n";
    place
        .sandbox
        .write("net/main.tf", &NET.replace("hush-hush\") }\n", &format!("hush-hush\") }}\n{leaves}")));
    let sees = "input = [var.net, try(file(\"seen.tfstate\"), \"none\")]";
    place.sandbox.write("app/main.tf", &APP.replace("input = var.net", sees));
    place.push("second");
    place.pr("plan -number=7").code(0);
    place.pr("apply -number=7").code(5).shows("Stack net: applied");
    let (_, told) = place.comment("### Applied in part");
    assert!(told.contains("the plan of the stack app does other things than were shown"), "{told}");
    assert!(place.has_state("net") && !place.has_state("app"));
    // What is shown of it now is applied.
    place.pr("plan -number=7").code(0);
    place.pr("apply -number=7").code(0);
    assert!(place.has_state("app"));
}

#[test]
fn a_pull_request_does_not_choose_its_rules() {
    let place = Place::new();
    place.push("second");
    place.forge.world().rules = Some("pulls {\n  approvals = 1\n}\n".into());
    place.pr("plan -number=7").code(0);
    let refused = || {
        for verb in ["plan", "apply"] {
            let arguments = ["-chdir=net", "pr", verb, "-number=7"];
            place.sandbox.trueup(&arguments).code(1).shows("Rules of another place");
        }
    };
    // It adds a file of its own below.
    place.sandbox.write("net/trueup.hcl", "pulls {}\n");
    place.git("add .");
    place.push("third");
    refused();
    // It deletes the one that the base branch has there.
    place.git("rm --quiet net/trueup.hcl");
    place.push("fourth");
    place.forge.world().net_rules = Some("pulls {\n  approvals = 2\n}\n".into());
    refused();
    // In the same place both times, they hold.
    place.forge.world().net_rules = None;
    place.pr("plan -number=7").code(0);
    place.sandbox.trueup(&["-chdir=net", "pr", "apply", "-number=7"]).code(3).shows("1 approval is needed");
    assert!(!place.has_state("net"));
}

#[cfg(unix)]
#[test]
fn a_link_does_not_choose_the_rules() {
    let place = Place::new();
    place.push("second");
    let link = |target: &str, at: &str| {
        std::os::unix::fs::symlink(place.sandbox.path(target), place.sandbox.path(at)).expect("a link");
    };
    link("net", "infra");
    place.git("add .");
    place.push("third");
    for verb in ["plan", "apply"] {
        for chdir in ["-chdir=infra", "-chdir=infra/../app", "-chdir=./infra"] {
            let outcome = place.sandbox.trueup(&[chdir, "pr", verb, "-number=7"]);
            outcome.code(1).shows("Rules of another place").shows("infra");
        }
    }
    place.sandbox.trueup(&["-chdir=net", "pr", "plan", "-number=7"]).code(0);
}

#[test]
fn no_rules_are_believed_only_where_git_has_none_either() {
    let place = Place::new();
    place.push("second");
    place.git("update-ref refs/remotes/origin/main main");
    // The forge has none for whatever reason: Git knows of some.
    place.pr("plan -number=7").code(1).shows("Git has trueup.hcl in it");
    place.git("rm --quiet trueup.hcl");
    place.sandbox.write("live/trueup.hcl", "pulls {\n  approvals = 1\n}\n");
    place.git("add .");
    place.push("third");
    place.git("update-ref refs/remotes/origin/main change");
    place.pr("plan -number=7").code(1).shows("Git has live/trueup.hcl in it");
    place.git("rm --quiet live/trueup.hcl");
    place.push("fourth");
    place.git("update-ref refs/remotes/origin/main change");
    place.pr("plan -number=7").code(0);
}

#[test]
fn a_pull_request_does_not_choose_its_base_branch() {
    let place = Place::new();
    place.git("branch loose main");
    place.push("second");
    place.forge.world().rules = Some("pulls {\n  approvals = 1\n}\n".into());
    place.forge.world().base_rules = Some("pulls {\n  branches = [\"*\"]\n}\n".into());
    place.forge.world().base = "loose".into();
    place.pr("plan -number=7").code(0);
    place.pr("apply -number=7").code(3).shows("What goes into loose isn't applied");
    let named = |branches: &str| Some(format!("pulls {{\n  approvals = 1\n  branches = [{branches}]\n}}\n"));
    place.forge.world().rules = named("\"main\", \"live/*\"");
    place.pr("apply -number=7").code(3).shows("but what goes into main, live/*");
    assert!(!place.has_state("net"));
    // What is named has to fulfil the rules of the default branch as well.
    place.forge.world().rules = named("\"loose\"");
    place.pr("apply -number=7").code(3).shows("1 approval is needed");
    let head = place.forge.world().head.clone();
    place.forge.world().reviews = vec![("bobby".into(), head)];
    let both = "pulls {\n  approvals = 1\n  owners = [\"eve\"]\n}\n";
    let loose = place.forge.world().base_rules.replace(both.into());
    place.pr("apply -number=7").code(3).shows("1 approval out of eve is needed");
    assert!(!place.has_state("net"));
    place.forge.world().base_rules = loose;
    place.pr("apply -number=7").code(0);
    assert!(place.has_state("net"));
    place.forge.world().base = String::new();
    place.push("third");
    place.pr("plan -number=7").code(0);
    place
        .pr("apply -number=7")
        .code(3)
        .shows("What goes into main isn't applied")
        .shows("1 approval is needed");
}

#[test]
fn forks_are_not_planned_unless_the_base_branch_says_so() {
    let place = Place::new();
    place.push("second");
    place.forge.world().is_fork = true;
    place.pr("plan -number=7").code(0).shows("comes out of a fork");
    assert!(place.forge.world().comments.is_empty());
    place.forge.world().rules = Some("pulls {\n  forks = \"planned\"\n}\n".into());
    place.pr("plan -number=7").code(0);
    place.comment("trueup:plan");
    place.pr("apply -number=7").code(3).shows("comes out of a fork");
    assert!(!place.has_state("net"));
    // Who forks chooses no branch that says something else.
    place.git("branch loose main");
    place.forge.world().comments.clear();
    place.forge.world().base = "loose".into();
    let rules = place.forge.world().rules.take();
    place.forge.world().base_rules = rules;
    place.pr("plan -number=7").code(0).shows("It goes into loose, and only what goes into main is");
    assert!(place.forge.world().comments.is_empty());
}

#[test]
fn what_is_missing_is_told() {
    let mut place = Place::new();
    place.pr("plan").code(1).shows("-number=7");
    place.forge.world().head = "f".repeat(40);
    place.pr("plan -number=7").code(1).shows("Pull request not planned");
    place.forge.world().head = place.git("rev-parse HEAD");
    place.pr("plan -number=7").code(0).shows("touches a stack");
    assert!(place.forge.world().comments.is_empty());
    place.pr("apply -number=7").code(1).shows("No comment on the pull request shows a plan");
    place.forge.world().rules = Some("pulls {\n  approval = 1\n}\n".into());
    place.pr("plan -number=7").code(1).shows("approval");
    place.sandbox.set("TRUEUP_FORGE_TOKEN", "");
    place.sandbox.trueup(&["pr", "plan", "-number=7"]).code(1).shows("GITEA_TOKEN");
}
