//! `trueup modules`

use super::Context;
use super::plan::complain;
use crate::arguments::Modules as Arguments;
use crate::screen::Screen;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Sources};
use trueup_document::modules::{self, Declared};
use trueup_engine::{Unobserved, load};
use trueup_resolve::{NodeId, Program};
use trueup_source::{Manifest, redact};
use trueup_view::branches::{Branch, tree};

/// Lists the modules that the configuration declares.
pub(crate) fn run(context: &Context, args: &Arguments) -> u8 {
    let screen = context.screen();
    let world = context.world(Arc::new(Unobserved));
    let manifest = match Manifest::load(&world.data_dir.join("modules/modules.json")) {
        Ok(manifest) => manifest,
        Err(error) => {
            let diagnostic = Diagnostic::error("Module manifest can't be read", error.to_string());
            return complain(&screen, diagnostic.into(), &Sources::default());
        }
    };
    let loaded = load(&world, None);
    if loaded.diagnostics.has_errors() {
        return complain(&screen, loaded.diagnostics, &loaded.sources);
    }
    if args.json {
        let declared = listed(&loaded.program, &manifest);
        screen.line(modules::document(declared).trim_end());
        return 0;
    }
    show(&screen, &branches(&loaded.program, &manifest, NodeId::ROOT));
    complain(&screen, loaded.diagnostics, &loaded.sources)
}

fn show(screen: &Screen, branches: &[Branch]) {
    if branches.is_empty() {
        screen.line("No modules found in configuration.");
        return;
    }
    screen.print(&format!("\nModules declared by configuration:\n{}\n", tree(branches)));
}

/// The calls of a module that are installed, in order of their names.
fn children(program: &Program, node: NodeId) -> Vec<(NodeId, usize)> {
    let module = program.module_at(node);
    let mut all: Vec<(NodeId, usize)> = program
        .node(node)
        .children
        .iter()
        .enumerate()
        .filter_map(|(slot, child)| child.map(|child| (child, slot)))
        .collect();
    all.sort_by(|(_, left), (_, right)| module.calls[*left].name.cmp(&module.calls[*right].name));
    all
}

fn installed_version(program: &Program, manifest: &Manifest, node: NodeId) -> Option<String> {
    let names: Vec<&str> = program.node(node).path.0.iter().map(|name| &**name).collect();
    manifest.get(&names.join(".")).and_then(|entry| entry.version.clone())
}

fn branches(program: &Program, manifest: &Manifest, node: NodeId) -> Vec<Branch> {
    let module = program.module_at(node);
    let branch = |(child, slot): (NodeId, usize)| {
        let call = &module.calls[slot];
        let mut text = format!("{:?}[{}]", &*call.name, redact(&program.node(child).called.source));
        if let Some(version) = installed_version(program, manifest, child) {
            text.push_str(&format!(" {version}"));
        }
        if let Some(constraint) = &program.node(child).called.version {
            text.push_str(&format!(" ({constraint})"));
        }
        Branch { text, below: branches(program, manifest, child) }
    };
    children(program, node).into_iter().map(branch).collect()
}

fn listed(program: &Program, manifest: &Manifest) -> Vec<Declared> {
    let mut all = Vec::new();
    let mut walk = vec![NodeId::ROOT];
    while let Some(node) = walk.pop() {
        if let Some((parent, slot)) = program.node(node).parent {
            let call = &program.module_at(parent).calls[slot as usize];
            all.push(Declared {
                key: call.name.to_string(),
                source: redact(&program.node(node).called.source),
                version: installed_version(program, manifest, node).unwrap_or_default(),
            });
        }
        walk.extend(children(program, node).into_iter().rev().map(|(child, _)| child));
    }
    all
}
