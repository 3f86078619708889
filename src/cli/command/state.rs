//! `trueup state list`, `show` and `pull`

use super::Context;
use super::plan::complain;
use super::show::single;
use crate::arguments::{State as Arguments, StateList, StateShow};
use crate::screen::Screen;
use crate::view::diff::Differ;
use crate::view::state as view;
use std::sync::Arc;
use trueup_addr::{ResourceInstance, Target};
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_engine::{StateView, Unobserved, open_state};

/// Looks into the state.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let (no_color, path) = match &args {
        Arguments::List(args) => (true, args.state.clone()),
        Arguments::Show(args) => (args.no_color, args.state.clone()),
        Arguments::Pull(_) => (true, None),
    };
    let screen = context.screen(no_color);
    let world = context.world(Arc::new(Unobserved));
    let view = match open_state(&world, path.as_deref()).await {
        Ok(view) => view,
        Err(diagnostics) => return complain(&screen, diagnostics, &Sources::default()),
    };
    let done = match args {
        Arguments::List(args) => list(&screen, &view, &args),
        Arguments::Show(args) => show(&screen, &view, &args),
        Arguments::Pull(_) => {
            pull(&screen, &view);
            Ok(())
        }
    };
    match done {
        Ok(()) => 0,
        Err(diagnostics) => complain(&screen, diagnostics, &Sources::default()),
    }
}

fn no_state() -> Diagnostics {
    Diagnostic::error(
        "No state file was found!",
        "State management commands require a state file. Apply the configuration first.",
    )
    .hint("check the working directory and the selected workspace")
    .into()
}

fn list(screen: &Screen, view: &StateView, args: &StateList) -> Result<(), Diagnostics> {
    if !view.exists {
        return Err(no_state());
    }
    let mut targets: Vec<Target> = Vec::new();
    for text in &args.addresses {
        targets.push(text.parse().map_err(|error| single("Invalid address", format!("{error}.")))?);
    }
    for object in view.state.objects().filter(|object| object.deposed.is_none()) {
        let addr = object.address();
        let wanted = targets.is_empty() || targets.iter().any(|target| target.contains(&addr));
        let id = args.id.as_ref().is_none_or(|id| has_id(&object.object.attributes, id));
        if wanted && id {
            screen.line(&crate::view::style::neutral(&addr.to_string()));
        }
    }
    Ok(())
}

fn has_id(attributes: &str, id: &str) -> bool {
    let parsed: Result<serde_json::Value, _> = serde_json::from_str(attributes);
    parsed.ok().and_then(|value| value.get("id")?.as_str().map(|found| found == id)).unwrap_or(false)
}

fn show(screen: &Screen, view: &StateView, args: &StateShow) -> Result<(), Diagnostics> {
    if !view.exists {
        return Err(no_state());
    }
    let addr: ResourceInstance = args
        .address
        .parse()
        .map_err(|error| single("Error parsing instance address", format!("{error}.")))?;
    let found = view.state.objects().find(|object| object.deposed.is_none() && object.address() == addr);
    let Some(object) = found else {
        let detail = format!("No instance found for the given address: {addr}.");
        return Err(Diagnostic::error("No instance found for the given address!", detail)
            .hint("\"trueup state list\" lists all addresses")
            .into());
    };
    let differ = Differ { style: screen.style, whole: true };
    screen.print(&view::one(&object, &view.providers, differ));
    Ok(())
}

fn pull(screen: &Screen, view: &StateView) {
    if view.exists {
        screen.print(&trueup_state::wire::v4::write(&view.state));
    }
}
