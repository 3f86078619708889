//! References: the first words of a chain to what they mean.

use crate::compile::Compiler;
use crate::expr::{Expr, ExprKind, Reference};
use crate::program::{Names, OutputUse};
use crate::scope::{ModuleWorld, Repeats, Scope, World};
use trueup_addr::{Mode, Resource as ResourceAddr};
use trueup_diag::{Diagnostic, Span, nearest};
use trueup_parse::ast;
use trueup_value::Name;

/// The links of a chain that aren't compiled yet, the innermost last.
type Links<'e> = Vec<&'e ast::Expr>;

const INVALID: &str = "Invalid reference";

/// What a reference found, or what is wrong with it, and the span of the words that it took.
type Found = Result<(Reference, Span), Box<Diagnostic>>;
/// A reference, or what is wrong with it.
type Named = Result<Reference, Box<Diagnostic>>;

impl Compiler<'_> {
    /// A first word with the links around it, of which those that belong to the reference are taken.
    pub(crate) fn variable(&mut self, name: &Name, span: Span, links: &mut Links<'_>) -> Expr {
        if let Some(slot) = self.symbols.iter().rposition(|symbol| symbol == name) {
            let slot = u32::try_from(slot).expect("nesting is bounded by the parser");
            return Expr { kind: ExprKind::Symbol(slot), span };
        }
        let spans: Vec<Span> = links.iter().map(|link| link.span).collect();
        let found = match self.world {
            World::Module(world) => self.reference(world, name, span, links),
            World::Template(_) => {
                let detail = format!("The template is not given a value \"{name}\".");
                Err(Diagnostic::error("Unknown variable", detail).at(span).into())
            }
            World::Constant(_) => {
                let detail = "Only a constant can stand here, with no reference in it.";
                Err(Diagnostic::error("Variables not allowed", detail).at(span).into())
            }
        };
        match found {
            Ok((reference, span)) => {
                self.seen.push(Some(reference));
                if let Reference::Module(call) = reference {
                    self.output_uses.extend(output_use(call, links));
                }
                Expr { kind: ExprKind::Reference(reference), span }
            }
            Err(error) => {
                self.seen.push(None);
                // With the words that it took.
                let span = spans.get(links.len()).copied().unwrap_or(span);
                Expr { kind: self.fail(*error), span }
            }
        }
    }

    fn reference(
        &mut self,
        world: &ModuleWorld<'_>,
        root: &Name,
        span: Span,
        links: &mut Links<'_>,
    ) -> Found {
        match &**root {
            "var" => declared(root, span, links, |name, at| variable(world.names, name, at)),
            "local" => {
                let own = self.scope.local;
                declared(root, span, links, |name, at| local(world.names, name, at, own))
            }
            "module" => module(world.names, root, span, links),
            "path" => declared(root, span, links, path),
            "terraform" | "tofu" => declared(root, span, links, |name, at| terraform(root, name, at)),
            "count" => {
                let allowed = self.scope.count;
                declared(root, span, links, |name, at| count(name, at, allowed))
            }
            "each" => {
                let scope = self.scope;
                declared(root, span, links, |name, at| each(name, at, scope))
            }
            "self" if self.scope.itself => Ok((Reference::Itself, span)),
            "self" => Err(invalid_self(span).into()),
            "output" if self.scope.outputs => {
                declared(root, span, links, |name, at| output(world.names, name, at))
            }
            "template" | "lazy" | "arg" => Err(reserved(root, span).into()),
            "data" => self.resource(world, Mode::Data, (root, span), links),
            "ephemeral" => self.resource(world, Mode::Ephemeral, (root, span), links),
            "resource" => self.resource(world, Mode::Managed, (root, span), links),
            _ => self.managed(world, root, span, links),
        }
    }

    /// `data.TYPE.NAME`, `ephemeral.TYPE.NAME`, `resource.TYPE.NAME`
    fn resource(
        &mut self,
        world: &ModuleWorld<'_>,
        mode: Mode,
        root: (&Name, Span),
        links: &mut Links<'_>,
    ) -> Found {
        let wanted =
            || format!("\"{}\" is followed by two names: the type and the name of a resource.", root.0);
        let (kind, at) = take_name(links).map_err(|bracket| match bracket {
            Some(at) => unsupported_index(root.0, at),
            None => Diagnostic::error(INVALID, wanted()).at(root.1),
        })?;
        let (name, at) = take_name(links)
            .map_err(|bracket| Diagnostic::error(INVALID, wanted()).at(bracket.unwrap_or(root.1.to(at))))?;
        let addr = ResourceAddr { mode, kind: kind.text.clone(), name: name.text.clone() };
        self.resource_slot(world, &addr, root.1.to(at), links)
    }

    /// `TYPE.NAME`
    fn managed(&mut self, world: &ModuleWorld<'_>, root: &Name, span: Span, links: &mut Links<'_>) -> Found {
        let (name, at) = take_name(links).map_err(|bracket| {
            let detail = format!(
                "\"{root}\" would be a type of resource, behind which a dot and the name of the resource follow."
            );
            Diagnostic::error(INVALID, detail).at(bracket.unwrap_or(span))
        })?;
        let addr = ResourceAddr { mode: Mode::Managed, kind: root.clone(), name: name.text.clone() };
        self.resource_slot(world, &addr, span.to(at), links)
    }

    fn resource_slot(
        &mut self,
        world: &ModuleWorld<'_>,
        addr: &ResourceAddr,
        span: Span,
        links: &Links<'_>,
    ) -> Found {
        let Some(&slot) = world.names.resources.get(addr) else {
            return Err(undeclared_resource(world.names, addr, span).into());
        };
        if let Some(check) = world.scoped.get(&slot)
            && self.scope.check != Some(*check)
        {
            let detail = format!("{addr} stands in a check block: only that block can refer to it.");
            return Err(Diagnostic::error("Reference to scoped resource", detail).at(span).into());
        }
        if let Some(error) = key_problem(world.repeats[slot as usize], addr, span, links) {
            return Err(error.into());
        }
        if self.scope.owner == Some(slot) {
            let at = match links.last() {
                Some(link) if matches!(link.kind, ast::ExprKind::Index { .. }) => link.span,
                _ => span,
            };
            let detail = format!("The arguments of {addr} can't refer to {addr} itself.");
            self.planning.push(Diagnostic::error("Self-referential block", detail).at(at));
        }
        Ok((Reference::Resource(slot), span))
    }
}

/// An instance of a repeated resource has a key, the instance of another one has none.
fn key_problem(repeats: Repeats, addr: &ResourceAddr, span: Span, links: &Links<'_>) -> Option<Diagnostic> {
    let next = links.last()?;
    let (argument, key) = match (repeats, &next.kind) {
        (Repeats::Count, ast::ExprKind::Attribute { .. }) => ("count", "count.index"),
        (Repeats::ForEach, ast::ExprKind::Attribute { .. }) => ("for_each", "each.key"),
        (Repeats::No, ast::ExprKind::Index { key, .. }) if is_constant(key) => {
            let detail =
                format!("{addr} has neither \"count\" nor \"for_each\": its one instance has no key.");
            let error = Diagnostic::error("Unexpected resource instance key", detail).at(next.span);
            return Some(error.hint(format!("Write {addr} without the brackets.")));
        }
        _ => return None,
    };
    let detail =
        format!("{addr} has \"{argument}\" set: it is several instances, each with its own attributes.");
    let error = Diagnostic::error("Missing resource instance key", detail).at(span);
    let hint =
        format!("Name the instance, such as {addr}[{key}], or take the attribute of all with {addr}[*].");
    Some(error.hint(hint))
}

fn is_constant(key: &ast::Expr) -> bool {
    matches!(key.kind, ast::ExprKind::Number(_)) || crate::fixed::text(key).is_some()
}

/// Takes `.name` from the links; where something else follows, the place of the brackets if it is an index.
fn take_name<'e>(links: &mut Links<'e>) -> Result<(&'e ast::Name, Span), Option<Span>> {
    let Some(link) = links.last() else { return Err(None) };
    match &link.kind {
        ast::ExprKind::Attribute { name, .. } => {
            links.pop();
            Ok((name, name.span))
        }
        ast::ExprKind::Index { on, .. } => Err(Some(Span { start: on.span.end, ..link.span })),
        _ => Err(None),
    }
}

fn unsupported_index(root: &str, at: Span) -> Diagnostic {
    let detail = format!("What \"{root}\" holds is taken by a name behind a dot, not by an index.");
    Diagnostic::error(INVALID, detail).at(at)
}

/// `root.name`, where the name is looked up by `find`.
fn declared(
    root: &Name,
    span: Span,
    links: &mut Links<'_>,
    find: impl FnOnce(&Name, Span) -> Named,
) -> Found {
    let (name, at) = take_name(links).map_err(|bracket| match bracket {
        Some(at) => unsupported_index(root, at),
        None => bare(root, span),
    })?;
    let span = span.to(at);
    Ok((find(&name.text, span)?, span))
}

fn bare(root: &str, span: Span) -> Diagnostic {
    let detail = format!("\"{root}\" is no value by itself: it needs a dot and a name behind it.");
    Diagnostic::error(INVALID, detail).at(span)
}

fn suggest<'n>(error: Diagnostic, name: &str, known: impl Iterator<Item = &'n Name>) -> Diagnostic {
    match nearest(name, known.map(|known| &**known)) {
        Some(near) => error.hint(format!("Did you mean \"{near}\"?")),
        None => error,
    }
}

fn variable(names: &Names, name: &Name, at: Span) -> Named {
    if let Some(slot) = names.variables.get(name) {
        return Ok(Reference::Variable(*slot));
    }
    let detail = format!("This module declares no input variable \"{name}\".");
    let error = Diagnostic::error("Reference to undeclared input variable", detail).at(at);
    let error = suggest(error, name, names.variables.keys());
    let hint = || format!("Declare it with a block: variable \"{name}\" {{}}.");
    Err(if error.hint.is_some() { error } else { error.hint(hint()) }.into())
}

fn local(names: &Names, name: &Name, at: Span, own: Option<u32>) -> Named {
    if let Some(slot) = names.locals.get(name) {
        if own == Some(*slot) {
            let detail =
                format!("local.{name} is made from local.{name} itself, which is not there before it.");
            return Err(Diagnostic::error("Self-referencing local value", detail).at(at).into());
        }
        return Ok(Reference::Local(*slot));
    }
    let detail = format!("This module declares no local value \"{name}\".");
    let error = Diagnostic::error("Reference to undeclared local value", detail).at(at);
    Err(suggest(error, name, names.locals.keys()).into())
}

fn output(names: &Names, name: &Name, at: Span) -> Named {
    if let Some(slot) = names.outputs.get(name) {
        return Ok(Reference::Output(*slot));
    }
    let detail = format!("This module declares no output value \"{name}\".");
    let error = Diagnostic::error("Reference to undeclared output value", detail).at(at);
    Err(suggest(error, name, names.outputs.keys()).into())
}

fn module(names: &Names, root: &Name, span: Span, links: &mut Links<'_>) -> Found {
    let (name, at) = take_name(links).map_err(|bracket| match bracket {
        Some(at) => unsupported_index(root, at),
        None => bare(root, span),
    })?;
    if let Some(slot) = names.calls.get(&name.text) {
        return Ok((Reference::Module(*slot), span.to(at)));
    }
    let detail = format!("This module has no module block \"{}\".", name.text);
    let error =
        Diagnostic::error("Reference to undeclared module", detail).at(output_span(span.to(at), links));
    Err(suggest(error, &name.text, names.calls.keys()).into())
}

/// The output that is named behind a module and its key.
fn output_use(call: u32, links: &Links<'_>) -> Option<OutputUse> {
    let mut rest = links.iter().rev();
    let mut next = rest.next()?;
    if matches!(next.kind, ast::ExprKind::Index { .. }) {
        next = rest.next()?;
    }
    match &next.kind {
        ast::ExprKind::Attribute { name, .. } => {
            Some(OutputUse { call, name: name.text.clone(), span: next.span })
        }
        _ => None,
    }
}

/// With the index and the output's name that follow a module's name.
fn output_span(span: Span, links: &Links<'_>) -> Span {
    let mut rest = links.iter().rev();
    let mut next = rest.next();
    if next.is_some_and(|link| matches!(link.kind, ast::ExprKind::Index { .. })) {
        next = rest.next();
    }
    match next {
        Some(link) if matches!(link.kind, ast::ExprKind::Attribute { .. }) => link.span,
        _ => span,
    }
}

fn path(name: &Name, at: Span) -> Named {
    match &**name {
        "module" => Ok(Reference::PathModule),
        "root" => Ok(Reference::PathRoot),
        "cwd" => Ok(Reference::PathCwd),
        _ => {
            let detail = format!("There is no path.{name}; there are path.module, path.root and path.cwd.");
            let known = ["module", "root", "cwd"].map(Name::from);
            let error = Diagnostic::error("Invalid \"path\" attribute", detail).at(at);
            Err(suggest(error, name, known.iter()).into())
        }
    }
}

fn terraform(root: &Name, name: &Name, at: Span) -> Named {
    match &**name {
        "workspace" => Ok(Reference::Workspace),
        "applying" => Ok(Reference::Applying),
        _ => {
            let detail = format!(
                "There is no {root}.{name}; there are {root}.workspace, the name of the workspace, and {root}.applying, true while changes are made."
            );
            let error = Diagnostic::error("Invalid \"terraform\" attribute", detail).at(at);
            let error = match &**name {
                "env" => error.hint(format!("Its name is {root}.workspace now.")),
                _ => error,
            };
            Err(error.into())
        }
    }
}

fn count(name: &Name, at: Span, allowed: bool) -> Named {
    if &**name != "index" {
        let detail =
            format!("There is no count.{name}; there is count.index, which counts instances from 0.");
        return Err(Diagnostic::error("Invalid \"count\" attribute", detail).at(at).into());
    }
    if !allowed {
        let detail = "Only a module, resource or data block that has a \"count\" argument has a count.index.";
        return Err(Diagnostic::error("Reference to \"count\" in non-counted context", detail).at(at).into());
    }
    Ok(Reference::CountIndex)
}

fn each(name: &Name, at: Span, scope: Scope) -> Named {
    let reference = match &**name {
        "key" => Reference::EachKey,
        "value" => Reference::EachValue,
        _ => {
            let detail = format!(
                "There is no each.{name}; there are each.key and each.value, one item of what \"for_each\" walks."
            );
            return Err(Diagnostic::error("Invalid \"each\" attribute", detail).at(at).into());
        }
    };
    if !scope.each {
        let detail = "Only a module, resource or data block that has a \"for_each\" argument has \"each\".";
        let summary = match reference {
            Reference::EachValue if !scope.repetition => "each.value cannot be used in this context",
            _ => "Reference to \"each\" in context without for_each",
        };
        return Err(Diagnostic::error(summary, detail).at(at).into());
    }
    Ok(reference)
}

fn invalid_self(at: Span) -> Diagnostic {
    let detail = "There is no \"self\" here: only provisioner, connection and postcondition blocks of a resource have it.";
    Diagnostic::error("Invalid \"self\" reference", detail).at(at)
}

fn reserved(root: &str, at: Span) -> Diagnostic {
    let detail = format!("The word \"{root}\" is kept for a later version of the language.");
    let hint = format!("If it is a type of resource, write \"resource.{root}\".");
    Diagnostic::error("Reserved symbol name", detail).at(at).hint(hint)
}

fn undeclared_resource(names: &Names, addr: &ResourceAddr, at: Span) -> Diagnostic {
    let what = match addr.mode {
        Mode::Managed => "resource",
        Mode::Data => "data source",
        Mode::Ephemeral => "ephemeral resource",
    };
    let detail = format!("This module declares no {what} \"{}\" \"{}\".", addr.kind, addr.name);
    let error = Diagnostic::error("Reference to undeclared resource", detail).at(at);
    let modes = [Mode::Managed, Mode::Data, Mode::Ephemeral];
    let other = modes.into_iter().map(|mode| ResourceAddr { mode, ..addr.clone() });
    if let Some(meant) = other.into_iter().find(|other| names.resources.contains_key(other)) {
        return error.hint(format!("Did you mean {meant}?"));
    }
    let same_kind = names.resources.keys().filter(|known| known.mode == addr.mode && known.kind == addr.kind);
    match nearest(&addr.name, same_kind.map(|known| &*known.name)) {
        Some(near) => error.hint(format!("Did you mean {}{}.{near}?", addr.mode.prefix(), addr.kind)),
        None => error,
    }
}
