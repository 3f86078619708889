//! The pipelines in examples/ci do what they say: their commands plan a pull request, apply it and look for drift, in fresh
//! clones, with the variables of their build servers, against a forge of this machine.

use crate::support::project;
use crate::support::sandbox::{Outcome, Sandbox, find_program};
use crate::support::skip::skip;
use serde_json::Value as Json;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const NETWORK: &str = r#"
resource "terraform_data" "it" {
  input = "first"
}

output "id" {
  value = terraform_data.it.output
}
"#;

const OTHER: &str = "output \"other\" {\n  value = 1\n}\n";

/// A forge with a pull request that changes one of two stacks; stopped with the value.
struct Forge {
    sandbox: Sandbox,
    python: PathBuf,
    server: Child,
    url: String,
}

impl Drop for Forge {
    fn drop(&mut self) {
        let killed = self.server.kill().and_then(|()| self.server.wait());
        assert!(killed.is_ok() || std::thread::panicking(), "the forge can be stopped: {killed:?}");
    }
}

impl Forge {
    /// None, said loudly, where there is no Python.
    #[expect(clippy::disallowed_methods, reason = "the tests run programs")]
    fn start(what: &str) -> Option<Forge> {
        let Some(python) = find_program("python3") else {
            skip(what, "python3 isn't installed");
            return None;
        };
        let sandbox = Sandbox::with(&[
            ("main/live/network/main.tf", NETWORK),
            ("main/live/other/main.tf", OTHER),
            ("main/.gitignore", ".terraform/\n*.tfstate*\n"),
        ]);
        let git = |line: &str| git(&sandbox, line);
        git("init --quiet --bare forge/acme/infra.git");
        git("-C forge/acme/infra.git config http.receivepack true");
        git("init --quiet --initial-branch=main main");
        git("-C main add .");
        git("-C main commit --quiet --message first");
        git("-C main push --quiet ../forge/acme/infra.git main");
        git("-C main checkout --quiet -b change");
        sandbox.write("main/live/network/main.tf", &NETWORK.replace("first", "second"));
        git("-C main commit --quiet --all --message second");
        git("-C main push --quiet ../forge/acme/infra.git change");
        let mut server = Command::new(&python)
            .arg(desk())
            .args(["serve", &sandbox.path("forge").display().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the forge starts");
        let mut url = String::new();
        let said = server.stdout.take().expect("its output is kept");
        BufReader::new(said).read_line(&mut url).expect("the forge says where it is");
        let forge = Forge { sandbox, python, server, url: url.trim().to_owned() };
        forge.desk(&["open", &forge.url, "change"]);
        Some(forge)
    }

    fn desk(&self, arguments: &[&str]) -> String {
        let script = desk().display().to_string();
        let all: Vec<&str> = std::iter::once(script.as_str()).chain(arguments.iter().copied()).collect();
        self.sandbox.run(&self.python, &all).code(0).stdout
    }

    /// Runs a job in a clone of its own of a branch.
    fn run(&self, job: &Job, (branch, script): (&str, &str)) -> Outcome {
        let place = Sandbox::with(&[("script", script), ("bash-env", ""), ("temporary/keep", "")]);
        let remote = self.url.replace("http://", "http://ann:story-token@") + "/acme/infra.git";
        git(&place, &format!("clone --quiet --branch {branch} {remote} work"));
        // Some build servers make the repository themselves, with nothing in it.
        std::fs::remove_dir_all(place.path("work/.git/info")).expect("git made it");
        let program = place.path(job.program).display().to_string();
        std::fs::create_dir_all(Path::new(&program).parent().expect("a parent")).expect("a directory");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_trueup"), &program).expect("a link");
        let mut place = place;
        let places = [("BASH_ENV", "bash-env"), ("RUNNER_TEMP", "temporary"), ("TMPDIR", "temporary")];
        for (name, path) in places {
            let path = place.path(path).display().to_string();
            place.set(name, &path);
        }
        place.set("TRUEUP_FORGE", "gitea");
        place.set("TRUEUP_FORGE_URL", &format!("{}/api/v1", self.url));
        place.set("TRUEUP_FORGE_REPOSITORY", "acme/infra");
        place.set("TRUEUP_FORGE_TOKEN", "story-token");
        place.set("TRUEUP_REVISION", "1234");
        // Somebody to tell, who takes anything.
        place.set("TRUEUP_WEBHOOK_URL", &format!("{}/desk/show", self.url));
        job.variables.iter().for_each(|(name, value)| place.set(name, value));
        let line = format!("export PATH=\"{}:$PATH\"; cd work && set -e\n", place.path("path").display());
        let whole =
            line + &place.read("script").replace("/var/lib/trueup", "$TMPDIR").replace("/tmp/", "$TMPDIR/");
        place.run(Path::new("/bin/bash"), &["-c", &whole])
    }
}

fn desk() -> PathBuf {
    project::root().join("examples/story/forge.py")
}

fn git(sandbox: &Sandbox, line: &str) {
    let git = find_program("git").expect("git is installed");
    let identity = ["-c", "user.name=T", "-c", "user.email=t@example.com"];
    let arguments: Vec<&str> = identity.into_iter().chain(line.split(' ')).collect();
    sandbox.run(&git, &arguments).code(0);
}

/// How a build server runs a job.
struct Job {
    /// Where the pipeline's cache has the program.
    program: &'static str,
    variables: &'static [(&'static str, &'static str)],
    plan: String,
    apply: String,
    drift: String,
    /// The exit code of a job that found drift.
    drifted: i32,
}

/// Reads the jobs of a recipe.
type Recipe = fn() -> Job;

/// A recipe's YAML, read by the program itself.
fn recipe(path: &str) -> Json {
    let sandbox = Sandbox::new();
    sandbox.write("recipe.yml", &project::read(&format!("examples/ci/{path}")));
    sandbox.write("main.tf", "output \"recipe\" {\n  value = yamldecode(file(\"recipe.yml\"))\n}\n");
    sandbox.trueup(&["apply", "-auto-approve", "-no-color"]).code(0);
    let text = sandbox.trueup(&["output", "-json", "recipe"]).code(0).stdout;
    serde_json::from_str(&text).unwrap_or_else(|cause| panic!("{cause}: {text}"))
}

/// Lines of a script, in a list.
fn lines(json: &Json) -> String {
    let lines = json.as_array().unwrap_or_else(|| panic!("a list of lines: {json}")).iter();
    lines.map(|line| line.as_str().expect("a line").to_owned() + "\n").collect()
}

/// What the steps of a list run that are about trueup.
fn runs(steps: &Json) -> String {
    let steps = steps.as_array().unwrap_or_else(|| panic!("a list of steps: {steps}")).iter();
    let texts = steps.filter_map(|step| step["run"].as_str());
    texts.filter(|text| text.starts_with("trueup ")).map(|text| text.to_owned() + "\n").collect()
}

fn github() -> Job {
    let (change, drift) = (recipe("github/pull-request.yml"), recipe("github/drift.yml"));
    Job {
        program: "path/trueup",
        variables: &[("GITHUB_ACTIONS", "true"), ("GITHUB_REF", "refs/pull/1/merge"), ("NUMBER", "1")],
        plan: runs(&change["jobs"]["plan"]["steps"]),
        // The change lies in a directory of its own.
        apply: format!("cd .. && ln -s work change\n{}", runs(&change["jobs"]["apply"]["steps"])),
        drift: runs(&drift["jobs"]["drift"]["steps"]),
        drifted: 2,
    }
}

fn gitlab() -> Job {
    let file = recipe("gitlab/.gitlab-ci.yml");
    let before = lines(&file["default"]["before_script"]);
    let job = |name: &str| before.clone() + &lines(&file[name]["script"]);
    Job {
        program: "work/.trueup/bin/trueup",
        variables: &[("GITLAB_CI", "true"), ("CI_MERGE_REQUEST_IID", "1"), ("CI_JOB_ID", "5")],
        plan: job("plan"),
        apply: job("apply"),
        drift: job("drift"),
        drifted: 2,
    }
}

fn bitbucket() -> Job {
    let file = recipe("bitbucket/bitbucket-pipelines.yml");
    let pull = &file["pipelines"]["pull-requests"]["**"];
    Job {
        program: "work/.trueup/1234/bin/trueup",
        variables: &[("BITBUCKET_BUILD_NUMBER", "5"), ("BITBUCKET_PR_ID", "1")],
        plan: lines(&pull[0]["step"]["script"]),
        apply: lines(&pull[1]["step"]["script"]),
        drift: lines(&file["pipelines"]["custom"]["drift"][0]["step"]["script"]),
        drifted: 2,
    }
}

fn azure() -> Job {
    let file = recipe("azure-pipelines/azure-pipelines.yml");
    let stages = &file["stages"];
    let command = |steps: &Json| {
        let steps = steps.as_array().expect("steps");
        let text = steps.iter().find_map(|step| step["parameters"]["command"].as_str()).expect("a command");
        text.replace("$(Agent.TempDirectory)", "$TMPDIR").replace("$(Pipeline.Workspace)", "$TMPDIR")
    };
    Job {
        program: "path/trueup",
        variables: &[
            ("TF_BUILD", "True"),
            ("BUILD_REPOSITORY_PROVIDER", "TfsGit"),
            ("SYSTEM_PULLREQUEST_PULLREQUESTID", "1"),
        ],
        plan: command(&stages[0]["jobs"][0]["steps"]),
        apply: command(&stages[1]["jobs"][0]["strategy"]["runOnce"]["deploy"]["steps"]),
        drift: command(&stages[2]["jobs"][0]["steps"]),
        drifted: 0,
    }
}

fn circleci() -> Job {
    let file = recipe("circleci/config.yml");
    let steps = file["commands"]["prepare"]["steps"].as_array().expect("steps");
    let role = steps
        .iter()
        .find_map(|step| step["run"]["command"].as_str().filter(|text| text.contains("BASH_ENV")));
    // Each step is a shell of its own.
    let job = |name: &str| {
        format!("{}\n. \"$BASH_ENV\"\n{}", role.expect("a role"), runs(&file["jobs"][name]["steps"]))
    };
    Job {
        program: ".trueup/bin/trueup",
        variables: &[("CIRCLECI", "true"), ("CIRCLE_PULL_REQUEST", "https://example.com/acme/infra/pull/1")],
        plan: job("plan"),
        apply: job("apply"),
        drift: job("drift"),
        drifted: 2,
    }
}

fn jenkins() -> Job {
    let text = project::read("examples/ci/jenkins/Jenkinsfile");
    let stage = |name: &str| -> String {
        let (_, rest) = text.split_once(&format!("stage('{name}')")).expect("a stage");
        let steps = rest.split("stage('").next().expect("a part").lines();
        let steps = steps.filter_map(|line| line.trim().strip_prefix("sh '")?.strip_suffix('\''));
        steps.map(|line| line.to_owned() + "\n").collect()
    };
    Job {
        program: "path/trueup",
        variables: &[("JENKINS_URL", "https://jenkins.example.com"), ("CHANGE_ID", "1")],
        plan: stage("Plan"),
        apply: stage("Apply"),
        drift: stage("Drift"),
        drifted: 2,
    }
}

#[test]
fn pipelines_plan_apply_and_look_for_drift() {
    let all: [(&str, Recipe); 6] = [
        ("GitHub", github),
        ("GitLab", gitlab),
        ("Bitbucket", bitbucket),
        ("Azure", azure),
        ("CircleCI", circleci),
        ("Jenkins", jenkins),
    ];
    for (server, job) in all {
        let Some(forge) = Forge::start("the pipelines") else { return };
        let job = job();
        for script in [&job.plan, &job.apply, &job.drift] {
            assert!(script.contains("trueup "), "{server} runs something: {script}");
        }
        forge.run(&job, ("change", &job.plan)).code(0).shows("live/network changes 1").hides("other");
        let comment = forge.desk(&["comment", &forge.url, "plan"]);
        assert!(comment.contains("\"second\""), "{server}: {comment}");
        forge.run(&job, ("change", &job.apply)).code(0).shows("live/network applied 1");
        let comment = forge.desk(&["comment", &forge.url, "apply"]);
        assert!(comment.contains("| applied | 1 |"), "{server}: {comment}");
        for _ in ["the first night", "the second night"] {
            forge.run(&job, ("main", &job.drift)).code(job.drifted).shows("2 stacks").hides("No channel");
        }
        if server == "Bitbucket" {
            git(&forge.sandbox, "-C forge/acme/infra.git cat-file -e drift-standing:standing.json");
        }
    }
}
