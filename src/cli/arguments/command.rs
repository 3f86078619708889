//! The commands, each with what it does: the first line for lists, the rest for its own help.

#![expect(clippy::doc_markdown, reason = "the comments are help texts, where backticks would be seen")]

use super::{
    Apply, Completion, Console, Drift, Fmt, ForceUnlock, Get, Graph, Import, Init, Login, Manual, Metadata,
    Modules, Output, Plan, Pr, Providers, Refresh, Run, Show, Stacks, State, Taint, Test, Validate, Version,
    Workspace,
};
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Prepare a working directory: fetch modules, check providers, set up the backend
    ///
    /// It comes first in every new checkout, and again after a change of modules, providers or the backend. It may be run any number of times: configuration and state are never deleted. What it fetches is kept in the directory .terraform, or the one that TF_DATA_DIR names.
    Init(Init),
    /// Check whether the configuration is valid
    ///
    /// Files, references, types and the arguments of resources are judged, without state, backend or cloud: values of variables aren't needed, and are checked where they are given. The modules have to be there: "trueup init -backend=false" fetches them and nothing else.
    Validate(Validate),
    /// Show what would be changed to bring the infrastructure true to the configuration
    ///
    /// The real objects are read and compared with the configuration; nothing is changed. A plan that is saved with -out can be applied later, exactly as it was shown. Exit codes with -detailed-exitcode: 0 nothing to do, 1 error, 2 changes.
    Plan(Plan),
    /// Make the changes of a plan
    ///
    /// Without a saved plan a new one is made and shown, and applied once somebody has said yes. Each step is written down before it is taken and after, so that a run that was stopped is carried on by the next one.
    Apply(Apply),
    /// Destroy everything that the state holds
    ///
    /// The same as "trueup apply -destroy"; what will be destroyed is shown first. "trueup plan -destroy" shows it alone.
    Destroy(Apply),
    /// Show what differs between Git, the state and the world, attribute by attribute
    ///
    /// What was changed outside is told apart from what Git has that was never applied. With -correct, what was changed outside is brought back, and nothing else is touched. Exit codes: 0 nothing differs, 1 error, 2 something differs, 3 rules keep it from being corrected, 4 the state is locked, 5 corrected in part.
    Drift(Drift),
    /// Show the state or a saved plan
    ///
    /// With -json, sensitive values stand in the document in plain text, as they do for Terraform.
    Show(Show),
    /// Show output values from the state
    ///
    /// Sensitive ones are hidden in the list, and shown where they are named, with -raw and with -json.
    Output(Output),
    /// Plan, apply or compare many stacks of a repository at once
    ///
    /// Stacks run in the order of their dependencies, side by side where they have none, in one process that starts each provider once. What trueup.hcl says of a stack counts: its workspace, files of values, and inputs made of the outputs of others. Where nobody ran "trueup init" in a stack yet, its modules are fetched and its backend is set up. If a stack fails, those that depend on it are skipped.
    #[command(subcommand)]
    Run(Run),
    /// Plan pull requests in a comment on each, and apply what the comment shows
    ///
    /// For builds: the stacks that a pull request touches are planned, and one comment shows the plans and is edited with each push. What is applied is exactly what was shown, under the rules that the block pulls in trueup.hcl of the base branch has. GitHub, GitLab, Gitea, Forgejo, Bitbucket and Azure DevOps.
    #[command(subcommand)]
    Pr(Pr),
    /// List the stacks of a repository, and those that a change touches
    ///
    /// A stack is a directory with a root module. They are found by looking through the repository, or named in the file trueup.hcl at its root, with workspaces, files of values, tags, owners and what each depends on.
    #[command(subcommand)]
    Stacks(Stacks),
    /// Look into the state, and mend it by hand
    #[command(subcommand)]
    State(State),
    /// List, select, make and delete workspaces
    ///
    /// Each workspace has a state of its own for the same configuration. TF_WORKSPACE selects one for a single run.
    #[command(subcommand)]
    Workspace(Workspace),
    /// Mark an instance, so that the next plan replaces it
    ///
    /// "trueup plan -replace=ADDRESS" does the same for one plan, without a change of the state.
    Taint(Taint),
    /// Take the mark off an instance again
    Untaint(Taint),
    /// Take an object that exists into the state
    ///
    /// Its resource block has to be in the configuration. An import block does the same as part of a plan, for any number of objects.
    Import(Import),
    /// Take the world's changes into the state
    ///
    /// Nobody is asked. "trueup apply -refresh-only" does the same after showing what was found.
    Refresh(Refresh),
    /// Take a lock away that a process left behind
    ///
    /// The lock's ID is in the message of whoever couldn't get the lock. Be sure that nobody is at work.
    ForceUnlock(ForceUnlock),
    /// Fetch the modules that the configuration calls
    ///
    /// "trueup init" does this too.
    Get(Get),
    /// Print the script by which a shell completes commands and options
    ///
    /// For bash, add the line "source <(trueup completion bash)" to ~/.bashrc; zsh and fish have the like. "trueup -install-autocomplete" adds it for the shells in use, and "trueup -uninstall-autocomplete" takes it out again.
    Completion(Completion),
    /// Print a manual page, or write all of them
    Man(Manual),
    /// Keep a token for a host that modules come from
    ///
    /// The token is read from the terminal or standard input, and kept in ~/.terraform.d/credentials.tfrc.json, which only its owner can read. Variables such as TF_TOKEN_app_terraform_io come before it.
    Login(Login),
    /// Forget the token of a host
    ///
    /// It goes from the file that "trueup login" writes. The host itself may still accept it.
    Logout(Login),
    /// Describe the language itself
    #[command(subcommand)]
    Metadata(Metadata),
    /// List the modules that the configuration calls, with their sources and versions
    Modules(Modules),
    /// Show which providers the configuration and its modules require
    ///
    /// Plugins can't be fetched or run yet: what trueup has is built in, and "trueup version" lists it.
    Providers(Providers),
    /// Try expressions at an interactive prompt
    ///
    /// Expressions see the values of the state, or planned ones with -plan. Nothing is changed. What comes from a pipe is answered line by line.
    Console(Console),
    /// Draw the resources and what depends on what
    ///
    /// DOT is for Graphviz and says what Terraform's says; Mermaid is drawn by code hosts in Markdown; SVG is a picture, HTML a page of its own with search and zoom, and JSON is for programs. With -plan, pictures are coloured by what becomes of each resource.
    Graph(Graph),
    /// Rewrite configuration files to the canonical format
    ///
    /// Without targets it is the files of the working directory: those that end in .tf, .tofu, .tfvars and .tftest.hcl. Exit codes: 0 all is well, 2 error, 3 with -check: something is not formatted.
    Fmt(Fmt),
    /// Run the tests in .tftest.hcl files, and destroy what they made
    ///
    /// Real infrastructure is made and destroyed again, unless a run only plans or its provider is a mock. Watch how it ends: what could not be destroyed is named, and is left to you.
    Test(Test),
    /// Show the version
    Version(Version),
}
