//! `trueup workspace list`, `show`, `new`, `select` and `delete`

use super::Context;
use super::options::lock_options;
use crate::arguments::{Locking, Workspace as Arguments, WorkspaceDelete, WorkspaceNew, WorkspaceSelect};
use crate::outside;
use crate::screen::Screen;
use std::sync::Arc;
use trueup_diag::Diagnostic;
use trueup_engine::{
    LockOptions, NotOpened, Undeleted, Unobserved, Workspaces, World, is_overridden, select as note, selected,
};
use trueup_store::{DEFAULT_WORKSPACE, is_workspace_name};
use trueup_view::style::neutral;

/// Works with workspaces.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let screen = context.screen();
    let world = context.world(Arc::new(Unobserved));
    let done = match args {
        Arguments::List(_) => list(&screen, &world).await,
        Arguments::Show(_) => selected(&world).map(|name| screen.line(&name)).map_err(Refused::from),
        Arguments::New(args) => new(&screen, &world, &args).await,
        Arguments::Select(args) => select(&screen, &world, &args).await,
        Arguments::Delete(args) => delete(&screen, &world, &args).await,
    };
    match done {
        Ok(()) => 0,
        Err(Refused::Plainly(text)) => {
            outside::complain(&neutral(&text));
            1
        }
        Err(Refused::For(reason)) => screen.refusal(reason),
    }
}

/// Why a command did nothing.
enum Refused {
    /// What was asked for doesn't make sense here.
    Plainly(String),
    /// Something is wrong.
    For(NotOpened),
}

impl<Reason: Into<NotOpened>> From<Reason> for Refused {
    fn from(reason: Reason) -> Refused {
        Refused::For(reason.into())
    }
}

const OVERRIDDEN: &str =
    "\nThe workspace is currently overridden using the TF_WORKSPACE environment variable.";

async fn list(screen: &Screen, world: &World) -> Result<(), Refused> {
    let workspaces = Workspaces::open(world).await?;
    let selected = selected(world)?;
    for name in workspaces.names() {
        let mark = if *name == selected { "*" } else { " " };
        screen.line(&format!("{mark} {}", neutral(name)));
    }
    screen.line("");
    if is_overridden(world) {
        screen.line(&format!("{OVERRIDDEN}\n"));
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), Refused> {
    if is_workspace_name(name) {
        return Ok(());
    }
    Err(Refused::Plainly(format!(
        "\nThe workspace name \"{name}\" is not allowed. Names hold letters, digits and -_.~$&+:=@, all of which stand\nunescaped in a URL's path, and no path separators.\n"
    )))
}

fn missing(workspaces: &Workspaces, name: &str) -> Refused {
    let known = workspaces.names().iter().map(String::as_str);
    let near = trueup_diag::nearest(name, known).map(|near| format!(" Did you mean \"{near}\"?"));
    Refused::Plainly(format!(
        "\nWorkspace \"{name}\" doesn't exist.{}\n\nMake it with \"trueup workspace new\", or with \"trueup workspace select -or-create\".",
        near.unwrap_or_default()
    ))
}

async fn new(screen: &Screen, world: &World, args: &WorkspaceNew) -> Result<(), Refused> {
    // As for Terraform, no name is the default one.
    if args.name.is_empty() {
        note(world, DEFAULT_WORKSPACE)?;
        screen.line("Switched to workspace \"default\".");
        return Ok(());
    }
    check_name(&args.name)?;
    if is_overridden(world) {
        let hint = "Unset it, or set it to the name of the new workspace and apply there.";
        return Err(Refused::Plainly(format!("{OVERRIDDEN}\nNo workspace can be made meanwhile. {hint}\n")));
    }
    let workspaces = Workspaces::open(world).await?;
    if workspaces.has(&args.name) {
        return Err(Refused::Plainly(format!("Workspace \"{}\" already exists", args.name)));
    }
    create(screen, world, &workspaces, (args, lock_options(&args.locking)?)).await
}

async fn create(
    screen: &Screen,
    world: &World,
    workspaces: &Workspaces,
    (args, locking): (&WorkspaceNew, LockOptions),
) -> Result<(), Refused> {
    workspaces.create(&args.name, args.state.as_deref(), locking).await?;
    note(world, &args.name)?;
    let style = screen.style;
    let said = format!("Created and switched to workspace \"{}\"!", args.name);
    let content = match args.state {
        None => {
            "It has a state of its own, which is empty: \"trueup plan\" sees nothing of what other\nworkspaces hold."
        }
        Some(_) => "Its state is a copy of the one given with -state.",
    };
    screen.line(&format!("{}\n\n{content}", style.bold(&style.green(&said))));
    Ok(())
}

async fn select(screen: &Screen, world: &World, args: &WorkspaceSelect) -> Result<(), Refused> {
    check_name(&args.name)?;
    if is_overridden(world) {
        return Err(Refused::Plainly(format!(
            "{OVERRIDDEN}\nUnset it, or set it to the workspace you want.\n"
        )));
    }
    let workspaces = Workspaces::open(world).await?;
    if selected(world)? == args.name {
        return Ok(());
    }
    if !workspaces.has(&args.name) {
        if !args.or_create {
            return Err(missing(&workspaces, &args.name));
        }
        let new = WorkspaceNew {
            name: args.name.clone(),
            state: None,
            locking: Locking::default(),
            variables: args.variables.clone(),
        };
        let locking = lock_options(&new.locking)?;
        return create(screen, world, &workspaces, (&new, locking)).await;
    }
    note(world, &args.name)?;
    screen.line(&screen.style.green(&format!("Switched to workspace \"{}\".", args.name)));
    Ok(())
}

async fn delete(screen: &Screen, world: &World, args: &WorkspaceDelete) -> Result<(), Refused> {
    let workspaces = Workspaces::open(world).await?;
    if !workspaces.has(&args.name) {
        return Err(missing(&workspaces, &args.name));
    }
    if selected(world)? == args.name {
        return Err(Refused::Plainly(format!(
            "Workspace \"{}\" is your active workspace.\n\nThe selected workspace can't be deleted. Select another one first.",
            args.name
        )));
    }
    if args.name == DEFAULT_WORKSPACE {
        let why = "The default workspace is always there, in every backend.";
        return Err(Refused::Plainly(format!("can't delete default state\n\n{why}")));
    }
    match workspaces.delete(&args.name, args.force, lock_options(&args.locking)?).await {
        Ok(()) => {}
        Err(Undeleted::Failed(diagnostic)) => return Err(diagnostic.into()),
        Err(Undeleted::Full(held)) => return Err(Box::new(full(&args.name, &held)).into()),
    }
    screen.line(&screen.style.green(&format!("Deleted workspace \"{}\"!", args.name)));
    if args.force {
        screen
            .line("What its state held, if anything, is no longer known: the real objects stay as they are.");
    }
    Ok(())
}

fn full(name: &str, held: &[String]) -> Diagnostic {
    const SHOWN_MAX: usize = 20;
    let mut listed: Vec<String> = held.iter().take(SHOWN_MAX).map(|addr| format!("  - {addr}")).collect();
    if held.len() > SHOWN_MAX {
        listed.push(format!("  - and {} more", held.len() - SHOWN_MAX));
    }
    let detail = format!(
        "Workspace \"{name}\" is currently tracking the following resource instances:\n{}\n\nWith the workspace all knowledge of them would go, and nothing would ever destroy them.",
        listed.join("\n")
    );
    Diagnostic::error("Workspace is not empty", detail).hint("destroy them first, or forget them with -force")
}
