//! `trueup graph`

use super::Context;
use super::apply::read_plan;
use super::plan::complain;
use crate::arguments::{Graph as Arguments, GraphFormat};
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_document as document;
use trueup_engine::{Drawing, DrawnType, StateView, Unobserved, World, load, open_state};
use trueup_plan::{Plan, Snapshot};
use trueup_resolve::Program;
use trueup_view::graph;

/// What can't be drawn, with the texts that it is about.
type Refused = (Diagnostics, Sources);

/// Prints the graph of the configuration's resources, of all that is walked, or of a saved plan.
pub(crate) async fn run(context: &Context, args: &Arguments) -> u8 {
    let screen = context.screen();
    let world = context.world(Arc::new(Unobserved));
    let (drawing, sources) = match draw(&world, args).await {
        Ok(drawn) => drawn,
        Err((diagnostics, sources)) => return complain(&screen, diagnostics, &sources),
    };
    let circles = drawing.circles();
    if !circles.is_empty() && !args.draw_cycles {
        return complain(&screen, circular(&drawing, &circles), &sources);
    }
    let drawing = drawing.reduced();
    screen.print(&match args.format {
        // Terraform writes the graph of what is walked in another way than that of resources.
        GraphFormat::Dot if args.kind.is_some() || args.plan.is_some() => graph::dot::walked(&drawing),
        GraphFormat::Dot => graph::dot::resources(&drawing),
        GraphFormat::Mermaid => graph::mermaid::text(&drawing),
        GraphFormat::Svg => graph::svg::text(&drawing),
        GraphFormat::Html => graph::html::text(&drawing),
        GraphFormat::Json => document::graph::document(&drawing) + "\n",
    });
    0
}

async fn draw(world: &World, args: &Arguments) -> Result<(Drawing, Sources), Refused> {
    let refused = |diagnostic: Diagnostic| (diagnostic.into(), Sources::default());
    let kind = args.kind.as_deref().map(drawn_type).transpose().map_err(|one| refused(*one))?;
    let saved = args.plan.as_deref().map(read_plan).transpose().map_err(|one| refused(*one))?;
    let snapshot = saved.as_ref().map(|(_, snapshot): &(Plan, Snapshot)| snapshot);
    let mut loaded = load(world, snapshot);
    for more in [&mut loaded.calls, &mut loaded.references] {
        loaded.diagnostics.append(std::mem::take(more));
    }
    if loaded.diagnostics.has_errors() {
        return Err((loaded.diagnostics, loaded.sources));
    }
    let program = &loaded.program;
    let drawing = match (saved, kind) {
        (Some((plan, _)), None | Some(DrawnType::Apply)) => planned(program, &plan, args),
        (Some((plan, _)), Some(kind)) => Drawing::full(program, &plan.prior, kind),
        (None, kind) => {
            let StateView { state, .. } =
                open_state(world, None).await.map_err(|refused| (refused.diagnostics, refused.sources))?;
            match kind {
                Some(kind) => Drawing::full(program, &state, kind),
                None => Drawing::resources(program, &state),
            }
        }
    };
    Ok((drawing, loaded.sources))
}

/// In words that Terraform's graphs have, or for people: the resources with what becomes of them.
fn planned(program: &Program, plan: &Plan, args: &Arguments) -> Drawing {
    if args.format == GraphFormat::Dot || args.kind.is_some() {
        Drawing::applied(program, plan)
    } else {
        Drawing::planned(program, plan)
    }
}

fn drawn_type(word: &str) -> Result<DrawnType, Box<Diagnostic>> {
    Ok(match word {
        "plan" => DrawnType::Plan,
        "plan-refresh-only" => DrawnType::PlanRefreshOnly,
        "plan-destroy" => DrawnType::PlanDestroy,
        "apply" => DrawnType::Apply,
        other => {
            let detail = format!(
                "{other:?} is no type of graph. There are plan, plan-refresh-only, plan-destroy and apply."
            );
            let error = Diagnostic::error("Unsupported graph type", detail);
            return Err(Box::new(error.hint("leave -type out to see the resources alone")));
        }
    })
}

fn circular(drawing: &Drawing, circles: &[Vec<usize>]) -> Diagnostics {
    let mut all = Diagnostics::new();
    for circle in circles {
        let names: Vec<&str> = circle.iter().map(|index| drawing.nodes[*index].name.as_str()).collect();
        let detail = "Each of these blocks refers to the next, and the last one leads to the first again.";
        all.push(
            Diagnostic::error(format!("Cycle: {}", names.join(", ")), detail)
                .hint("-draw-cycles draws the graph with the circle in red"),
        );
    }
    all
}
