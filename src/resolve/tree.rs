//! The tree of module calls: the root, what it calls, what those call.

use crate::bind::bind_providers;
use crate::early::{Early, called, settle_backend};
use crate::expand::expand_providers;
use crate::inputs::check_inputs;
use crate::module::compile_module;
use crate::program::{Called, Module, ModuleCall, ModuleId, Node, NodeId, Program};
use crate::read::read;
use crate::{Files, Functions, Loader};
use std::collections::BTreeMap;
use trueup_addr::ModulePath;
use trueup_diag::{Diagnostic, Diagnostics, Sources};

/// A program, and what is wrong with it, by the step at which Terraform reports it.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Resolution {
    /// What could be read.
    pub program: Program,
    /// Found while declarations are read; `init` reports these alone.
    pub load: Diagnostics,
    /// Found while references are resolved; `validate` reports these too.
    pub references: Diagnostics,
    /// Arguments of module calls that don't fit what the modules take; `init` passes over them.
    pub calls: Diagnostics,
    /// Only reported when a plan is made: blocks that refer to themselves.
    pub planning: Diagnostics,
}

impl Resolution {
    /// What `validate` reports: the errors in declarations, or, if there are none, everything but what planning
    /// reports. Errors in declarations would bring up others that go away with them.
    pub fn diagnostics(&self) -> Diagnostics {
        let mut out = self.load.clone();
        if !out.has_errors() {
            out.append(self.calls.clone());
        }
        if !out.has_errors() {
            out.append(self.references.clone());
        }
        out
    }
}

/// Reads the root module and all that it calls, asking `early` for values that decide which these are. Texts are
/// registered with `sources`.
pub fn resolve(
    loader: &mut dyn Loader,
    functions: &dyn Functions,
    early: &mut dyn Early,
    sources: &mut Sources,
) -> Resolution {
    let by_dir = BTreeMap::new();
    let mut tree = Tree { sources, functions, early, by_dir, crowded: false, out: Resolution::default() };
    match loader.root() {
        Ok(files) => {
            let module = tree.module(&files);
            tree.add_node(root(module));
            settle_backend(&mut tree.out.program, tree.early, tree.sources);
            tree.walk(loader);
            expand_providers(&mut tree.out, tree.early, tree.sources);
        }
        Err(error) => {
            tree.out.load.push(*error);
            tree.out.program.modules.push(Module::default());
            tree.add_node(root(ModuleId(0)));
        }
    }
    let mut out = tree.out;
    bind_providers(&mut out, sources);
    check_inputs(&mut out);
    out
}

fn root(module: ModuleId) -> Node {
    Node {
        path: ModulePath::root(),
        module,
        parent: None,
        called: Called::default(),
        children: Vec::new(),
        providers: BTreeMap::new(),
        given_keys: BTreeMap::new(),
        quiet: false,
        provider_instances: BTreeMap::new(),
    }
}

struct Tree<'a> {
    sources: &'a mut Sources,
    functions: &'a dyn Functions,
    early: &'a mut dyn Early,
    by_dir: BTreeMap<String, ModuleId>,
    /// There are too many calls, and that was reported.
    crowded: bool,
    out: Resolution,
}

/// So many calls of modules can be in one configuration, those within modules counted for each call of these.
const CALLS_MAX: usize = 20_000;

impl Tree<'_> {
    /// The compiled form of a source, made when it is met first.
    fn module(&mut self, files: &Files) -> ModuleId {
        if let Some(id) = self.by_dir.get(&files.dir) {
            return *id;
        }
        let read = read(files, self.sources, (&mut self.out.load, &mut self.out.references));
        let (module, report) = compile_module(&files.dir, &read, self.sources, self.functions);
        self.out.load.append(report.load);
        self.out.references.append(report.references);
        self.out.planning.append(report.planning);
        let id = ModuleId(crate::index::slot(self.out.program.modules.len()));
        self.out.program.modules.push(module);
        self.by_dir.insert(files.dir.clone(), id);
        id
    }

    fn add_node(&mut self, node: Node) -> NodeId {
        let id = NodeId(crate::index::slot(self.out.program.nodes.len()));
        self.out.program.nodes.push(node);
        id
    }

    /// Loads what the nodes call, breadth first.
    fn walk(&mut self, loader: &mut dyn Loader) {
        let mut next = 0;
        while next < self.out.program.nodes.len() {
            let id = NodeId(crate::index::slot(next));
            let calls = self.out.program.module_at(id).calls.len();
            let children = (0..calls).map(|call| self.child(loader, id, call)).collect();
            self.out.program.nodes[next].children = children;
            next += 1;
        }
    }

    fn child(&mut self, loader: &mut dyn Loader, parent: NodeId, at: usize) -> Option<NodeId> {
        let node = self.out.program.node(parent);
        let module = self.out.program.module(node.module);
        let call = &module.calls[at];
        let is_early = call.early.as_ref().is_some_and(|early| early.source.is_some());
        if call.source.is_empty() && !is_early && self.out.load.has_errors() {
            return None;
        }
        let called = match called(self.early, (&self.out.program, parent, call), self.sources) {
            Ok(called) => called,
            Err(found) => {
                self.out.load.append(found);
                return None;
            }
        };
        let settled = call.early.is_some().then(|| {
            let Called { source, version } = called.clone();
            ModuleCall { source, version, ..ModuleCall::clone(call) }
        });
        let call = settled.as_ref().unwrap_or(call);
        let path = node.path.child(&call.name);
        let span = call.span;
        if self.out.program.nodes.len() >= CALLS_MAX {
            if !std::mem::replace(&mut self.crowded, true) {
                let detail = format!(
                    "The modules call one another {CALLS_MAX} times in all by {path}, which is as often as they may."
                );
                let hint = "where modules call others several times over many levels, the calls multiply: call each from one place";
                self.out.load.push(Diagnostic::error("Too many module calls", detail).at(span).hint(hint));
            }
            return None;
        }
        let local = call.source.starts_with('.');
        let files = match loader.child(&path, &module.dir, call) {
            Ok(files) => files,
            Err(error) => {
                // A directory that a faulty module calls may be as wrong as the rest of it.
                if !(local && self.out.load.has_errors()) {
                    self.out.load.push(error.at_opt(Some(span)));
                }
                return None;
            }
        };
        let module = self.module(&files);
        if self.is_within(parent, module) {
            let detail = format!(
                "{path} is the module in {} again, which it is called from: this would never end.",
                files.dir
            );
            self.out.load.push(Diagnostic::error("Module loop", detail).at(span));
            return None;
        }
        let parent = Some((parent, crate::index::slot(at)));
        Some(self.add_node(Node { path, module, parent, called, ..root(module) }))
    }

    /// Whether a node or one that it is called from has this source.
    fn is_within(&self, node: NodeId, module: ModuleId) -> bool {
        let mut at = Some(node);
        while let Some(id) = at {
            let node = self.out.program.node(id);
            if node.module == module {
                return true;
            }
            at = node.parent.map(|(parent, _)| parent);
        }
        false
    }
}
