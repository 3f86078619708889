//! `trueup state`: the state looked at; what changes it is in `surgery`.

use super::{Context, surgery};
use crate::arguments::{State as Arguments, StateList, StateShow};
use crate::outside;
use crate::screen::Screen;
use std::sync::Arc;
use trueup_addr::{ResourceInstance, Target};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_engine::{StateView, Unobserved, open_state};
use trueup_state::State;
use trueup_view::diff::Differ;
use trueup_view::state as view;
use trueup_view::style::neutral;

/// Looks into the state, or has it changed.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let path = match &args {
        Arguments::List(args) => args.state.clone(),
        Arguments::Show(args) => args.state.clone(),
        Arguments::Pull(_) => None,
        Arguments::Mv(args) => return surgery::mv(context, args.clone()).await,
        Arguments::Rm(args) => return surgery::rm(context, args.clone()).await,
        Arguments::Push(args) => return surgery::push(context, args.clone()).await,
        Arguments::ReplaceProvider(args) => return surgery::replace_provider(context, args.clone()).await,
    };
    let reveal = matches!(&args, Arguments::Show(args) if args.reveal);
    let screen = context.screen_revealing(reveal);
    let world = context.world(Arc::new(Unobserved));
    let view = match open_state(&world, path.as_deref()).await {
        Ok(view) => view,
        Err(diagnostics) => return screen.refusal(diagnostics),
    };
    match args {
        Arguments::List(args) => list(&screen, &view, &args),
        Arguments::Show(args) => show(&screen, &view, &args),
        _ => {
            pull(&screen, &view);
            0
        }
    }
}

/// Says that there is no state to work on.
pub(crate) fn no_state() {
    outside::complain(
        "No state file was found!\n\nThis command works on a state. Apply the configuration first, check the working directory and the\nselected workspace, or name a state file with -state.",
    );
}

fn list(screen: &Screen, view: &StateView, args: &StateList) -> u8 {
    if !view.exists {
        no_state();
        return 1;
    }
    let mut targets: Vec<Target> = Vec::new();
    let mut problems = Diagnostics::new();
    for text in &args.addresses {
        match text.parse::<Target>() {
            Ok(target) => {
                problems.extend(unknown(&view.state, &target));
                targets.push(target);
            }
            Err(error) => problems.push(Diagnostic::error("Invalid address", format!("{error}."))),
        }
    }
    if problems.has_errors() {
        return screen.refusal(problems);
    }
    // An instance of which only deposed objects are left is one all the same.
    let mut listed = None;
    for object in view.state.objects() {
        let addr = object.address();
        let wanted = targets.is_empty() || targets.iter().any(|target| target.contains(&addr));
        let id = args.id.as_ref().is_none_or(|id| has_id(&object.object.attributes, id));
        if wanted && id && listed.as_ref() != Some(&addr) {
            screen.line(&neutral(&addr.to_string()));
            listed = Some(addr);
        }
    }
    0
}

/// What is wrong with an address that names nothing.
fn unknown(state: &State, target: &Target) -> Option<Diagnostic> {
    if state.objects().any(|object| target.contains(&object.address())) {
        return None;
    }
    let (summary, what) = match target {
        Target::Module(_) => ("Unknown module", "no module at"),
        Target::Resource(_) => ("Unknown resource", "no resource"),
        Target::Instance(_) => ("Unknown resource instance", "no resource instance"),
    };
    let detail = format!("The current state contains {what} {target}.");
    Some(
        Diagnostic::error(summary, detail).hint("if it was added to the configuration just now, apply first"),
    )
}

fn has_id(attributes: &str, id: &str) -> bool {
    let parsed: Result<serde_json::Value, _> = serde_json::from_str(attributes);
    parsed.ok().and_then(|value| value.get("id")?.as_str().map(|found| found == id)).unwrap_or(false)
}

fn show(screen: &Screen, view: &StateView, args: &StateShow) -> u8 {
    let refused = |first: &str| {
        let rest = "The address must name one instance. To see those there are, use \"trueup state list\".";
        outside::complain(&neutral(&format!("{first}\n\n{rest}")));
        1
    };
    if !view.exists {
        no_state();
        return 1;
    }
    let Ok(addr) = args.address.parse::<ResourceInstance>() else {
        return refused(&format!("Error parsing instance address: {}", args.address));
    };
    let found = view.state.objects().find(|object| object.deposed.is_none() && object.address() == addr);
    let Some(object) = found else {
        return refused("No instance found for the given address!");
    };
    let differ = Differ { style: screen.style, whole: true };
    screen.print(&view::one(&object, &view.providers, differ));
    0
}

fn pull(screen: &Screen, view: &StateView) {
    if view.exists {
        screen.print(&trueup_state::wire::v4::write(&view.state));
    }
}
