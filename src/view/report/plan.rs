//! A plan, told.

use super::lines::lines;
use super::place::Places;
use super::{Item, Line, Report, Scene, Subject, Verb, findings, place};
use crate::diff::{Differ, Sign, sign};
use crate::plan::{PlanView, shown};
use crate::resource::{Told, body, comment, subject};
use crate::style::{Style, neutral};
use std::collections::BTreeSet;
use trueup_addr::Mode;
use trueup_diag::Diagnostic;
use trueup_diff::Action;
use trueup_engine::Drawing;
use trueup_plan::{Plan, PlanMode, ResourceChange, Secrets};

/// More resources than this make no picture that anybody reads.
const DRAWN_MAX: usize = 400;

impl Report {
    /// A report on a plan.
    ///
    /// # Errors
    /// Results of conditions that can't be read.
    pub fn of_plan(plan: &Plan, scene: &Scene<'_>) -> Result<Report, Box<Diagnostic>> {
        let places = Places::new(scene.program, scene.sources, scene.directory);
        let teller = Teller { scene, places, secrets: Secrets::of(plan, scene.program) };
        let view = PlanView { plan, schemas: scene.schemas, program: scene.program };
        let refresh = plan.mode == PlanMode::RefreshOnly;
        let planned = shown(plan).into_iter().map(|change| {
            let notes = view.replaced_after(change);
            teller.item(change, Told::Plan(&notes))
        });
        let found: Vec<Item> =
            view.relevant_drift().into_iter().map(|one| teller.item(one, Told::Drift)).collect();
        let (items, outside) = if refresh { (found, Vec::new()) } else { (planned.collect(), found) };
        let told: BTreeSet<&String> = items.iter().map(|item| &item.address).collect();
        let managed = plan.changes.iter().filter(|change| change.addr.resource.mode == Mode::Managed);
        let unchanged = managed.map(subject).filter(|address| !told.contains(address)).collect();
        let graph = if items.is_empty() { None } else { drawing(plan, scene) };
        Ok(Report {
            subject: Subject::Plan(plan.mode),
            excused: Vec::new(),
            causes: Vec::new(),
            compared: plan.changes.len(),
            unchanged,
            findings: findings::failed(plan, &teller.places, &teller.secrets)?,
            home: place::home((scene.sources, scene.directory)),
            outputs: outputs(plan, &teller.secrets),
            summary: plan.summary(),
            commit: plan.commit.as_ref().map(|commit| neutral(&crate::commit(commit))),
            workspace: neutral(&plan.workspace),
            timestamp: plan.timestamp.to_string(),
            errored: plan.errored,
            partial: plan.is_partial(),
            graph,
            items,
            outside,
            secrets: teller.secrets,
        })
    }
}

/// The resources and what depends on what; none where they are too many for a picture.
pub(super) fn drawing(plan: &Plan, scene: &Scene<'_>) -> Option<Drawing> {
    let drawing = Drawing::planned(scene.program, plan);
    let fits = (2..=DRAWN_MAX).contains(&drawing.nodes.len());
    if fits { Some(drawing.reduced()) } else { None }
}

/// Tells of objects.
struct Teller<'a> {
    scene: &'a Scene<'a>,
    places: Places<'a>,
    secrets: Secrets,
}

impl Teller<'_> {
    fn item(&self, change: &ResourceChange, told: Told<'_>) -> Item {
        let address = subject(change);
        let differ = Differ { style: Style::document(true), whole: false };
        let said = comment(change, told, differ);
        let mut said = said.lines().map(|line| line.trim_start_matches([' ', '#']).to_owned());
        let first = said.next().unwrap_or_default();
        let verb = verb(change, told);
        let says = match (&change.previous, verb) {
            (Some(from), Verb::Move) => format!("moves here from {}", neutral(&from.to_string())),
            _ => first.strip_prefix(&format!("{address} ")).unwrap_or(&first).to_owned(),
        };
        let bare = |note: String| match note.strip_prefix('(').and_then(|note| note.strip_suffix(')')) {
            Some(inner) => self.secrets.without(inner),
            None => self.secrets.without(&note),
        };
        let mut notes: Vec<String> = said.map(bare).collect();
        let lines = self.difference(change, differ);
        if lines.is_none() {
            notes.push("its provider is not available, so its attributes can't be shown".into());
        }
        Item {
            kind: neutral(&change.addr.resource.kind),
            verb,
            place: self.places.of(&change.addr.config()),
            lines: lines.unwrap_or_default(),
            corrected: false,
            excuse: None,
            address,
            says,
            notes,
        }
    }

    fn difference(&self, change: &ResourceChange, differ: Differ) -> Option<Vec<Line>> {
        let data = change.addr.resource.mode == Mode::Data;
        let provider = self.scene.schemas.schema(&change.provider.provider)?;
        let schema = provider.resource(data, &change.addr.resource.kind)?;
        let mut change = change.clone();
        change.change.before = self.secrets.veiled(&change.change.before);
        change.change.after = self.secrets.veiled(&change.change.after);
        Some(lines(&body(&change, &schema.block, differ, 0)))
    }
}

fn verb(change: &ResourceChange, told: Told<'_>) -> Verb {
    let moved = if change.importing.is_some() { Verb::Import } else { Verb::Move };
    match (told, change.change.action) {
        (Told::Plan(_), action) => Verb::of_action(action).unwrap_or(moved),
        (Told::Drift, Action::Delete) => Verb::Vanished,
        (Told::Drift, Action::NoOp) => moved,
        (Told::Drift, _) => Verb::Changed,
    }
}

fn outputs(plan: &Plan, secrets: &Secrets) -> Vec<Line> {
    let differ = Differ { style: Style::document(true), whole: false };
    let mut out = String::new();
    for (name, output) in plan.outputs.iter().filter(|(_, output)| output.action.is_change()) {
        let veiled = [&output.before, &output.after].map(|value| secrets.veiled(value));
        let [before, after] = veiled.each_ref().map(Some);
        let sign = sign(before, after);
        let value = match (output.sensitive, sign) {
            (true, Sign::Remove) => "(sensitive value) -> null".into(),
            (true, _) => "(sensitive value)".into(),
            (false, _) => differ.value(before, after, 0, true),
        };
        out.push_str(&format!("{} {} = {value}\n", differ.symbol(sign), neutral(name)));
    }
    lines(&out)
}
