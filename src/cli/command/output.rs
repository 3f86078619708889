//! `trueup output`

use super::Context;
use super::plan::complain;
use super::show::{print_document, single};
use crate::arguments::Output as Arguments;
use crate::screen::Screen;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Sources};
use trueup_engine::{Unobserved, open_state};
use trueup_state::{Output, State};
use trueup_value::{Kind, Type, convert};
use trueup_view::{state as view, value};

/// Shows outputs from the state.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let screen = context.screen_revealing(args.reveal);
    let world = context.world(Arc::new(Unobserved));
    let state = match open_state(&world, args.state.as_deref()).await {
        Ok(view) => view.state,
        Err(refused) => return complain(&screen, refused.diagnostics, &refused.sources),
    };
    match &args.name {
        Some(name) => one(&screen, &state, name, &args),
        None => all(&screen, &state, &args),
    }
}

fn all(screen: &Screen, state: &State, args: &Arguments) -> u8 {
    if args.json {
        return print_document(screen, trueup_document::output::document(&state.outputs));
    }
    if args.raw {
        let detail = "The -raw option prints a single value, so it needs the name of an output.";
        return complain(screen, single("Output name required", detail), &Sources::default());
    }
    if state.outputs.is_empty() {
        return complain(screen, none_found().into(), &Sources::default());
    }
    screen.print(&view::outputs(&state.outputs, screen.style));
    0
}

fn none_found() -> Diagnostic {
    Diagnostic::warning(
        "No outputs found",
        "The state file either has no outputs defined, or all the defined outputs are empty. Define outputs in the configuration and apply it, then they can be shown here.",
    )
}

fn one(screen: &Screen, state: &State, name: &str, args: &Arguments) -> u8 {
    if state.outputs.is_empty() && !args.json {
        return complain(screen, none_found().into(), &Sources::default());
    }
    let Some(output) = state.outputs.get(name) else {
        let detail = format!(
            "The output variable requested could not be found in the state file: \"{name}\". If it was added to the configuration just now, apply first."
        );
        let summary = format!("Output \"{name}\" not found");
        return complain(screen, Diagnostic::error(summary, detail).into(), &Sources::default());
    };
    if args.json {
        return print_document(screen, trueup_document::output::value(output));
    }
    if args.raw {
        return raw(screen, name, output);
    }
    screen.line(&value::text(&output.value, 0));
    0
}

fn raw(screen: &Screen, name: &str, output: &Output) -> u8 {
    let text = convert(&output.value, &Type::String).map(trueup_value::Value::into_kind);
    if let Ok(Kind::String(text)) = text {
        screen.print(&text);
        return 0;
    }
    let detail = format!(
        "The -raw option only supports strings, numbers, and boolean values, but output \"{name}\" is {}. Use -json for other types.",
        output.value.ty().friendly_name()
    );
    complain(screen, single("Unsupported value for raw output", detail), &Sources::default())
}
