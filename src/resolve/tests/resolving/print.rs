//! Programs as short texts.

use trueup_resolve::expr::{Body, Part};
use trueup_resolve::program::{Dependency, Program, Repetition};
use trueup_resolve::{Expr, ExprKind, Module, Reference};
use trueup_value::{Kind, Value};

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().concat()
}

fn list<'a>(items: impl Iterator<Item = &'a Expr>) -> String {
    items.map(expr).collect::<Vec<_>>().join(", ")
}

/// Slots of symbols are written `#0`, references by the kind and slot of what they mean.
pub(crate) fn expr(of: &Expr) -> String {
    match &of.kind {
        ExprKind::Literal(value) => literal(value),
        ExprKind::Template(parts) => format!("\"{}\"", parts.iter().map(part).collect::<String>()),
        ExprKind::Reference(reference) => self::reference(*reference),
        ExprKind::Symbol(slot) => format!("#{slot}"),
        ExprKind::Attribute { on, name, .. } => format!("{}.{name}", expr(on)),
        ExprKind::Index { on, key } => format!("{}[{}]", expr(on), expr(key)),
        ExprKind::Splat { on, slot, each } => format!("{}[*#{slot}: {}]", expr(on), expr(each)),
        ExprKind::Call { name, args, expand_last, .. } => {
            format!("{name}({}{})", list(args.iter()), if *expand_last { "..." } else { "" })
        }
        ExprKind::Tuple(items) => format!("[{}]", list(items.iter())),
        ExprKind::Object(items) => {
            let items: Vec<String> =
                items.iter().map(|(k, v)| format!("{} = {}", expr(k), expr(v))).collect();
            format!("{{{}}}", items.join(", "))
        }
        ExprKind::For(inner) => {
            let key = inner.result_key.as_ref().map(|key| format!("{} => ", expr(key)));
            let condition = inner.condition.as_ref().map(|condition| format!(" if {}", expr(condition)));
            format!(
                "[for #{} #{} in {}: {}{}{}{}]",
                inner.key_slot,
                inner.value_slot,
                expr(&inner.collection),
                key.unwrap_or_default(),
                expr(&inner.result),
                if inner.group { "..." } else { "" },
                condition.unwrap_or_default()
            )
        }
        ExprKind::Conditional { condition, then, otherwise } => {
            format!("({} ? {} : {})", expr(condition), expr(then), expr(otherwise))
        }
        ExprKind::Binary { op, left, right } => format!("({} {op:?} {})", expr(left), expr(right)),
        ExprKind::Unary { op, operand } => format!("{op:?}({})", expr(operand)),
        ExprKind::Error => "!".into(),
    }
}

fn literal(value: &Value) -> String {
    match value.kind() {
        Kind::String(text) => format!("{text:?}"),
        Kind::Number(number) => number.to_string(),
        Kind::Bool(value) => value.to_string(),
        Kind::Null(_) => "null".into(),
        Kind::Unknown(..) => "unknown".into(),
        Kind::Map(_) | Kind::Object(_) => {
            let items = value.as_mapping().into_iter().flatten();
            let items: Vec<String> =
                items.map(|(name, item)| format!("{name} = {}", literal(item))).collect();
            format!("{{{}}}", items.join(", "))
        }
        Kind::List(_) | Kind::Set(_) | Kind::Tuple(_) => {
            let items: Vec<String> = value.as_sequence().into_iter().flatten().map(literal).collect();
            format!("{} [{}]", value.ty(), items.join(", "))
        }
    }
}

fn part(of: &Part) -> String {
    match of {
        Part::Literal(text) => text.escape_debug().to_string(),
        Part::Interpolation(inner) => format!("${{{}}}", expr(inner)),
        Part::If { condition, then, otherwise } => format!(
            "%{{if {}}}{}%{{else}}{}%{{end}}",
            expr(condition),
            then.iter().map(part).collect::<String>(),
            otherwise.iter().map(part).collect::<String>()
        ),
        Part::For { collection, key_slot, body } => format!(
            "%{{for #{key_slot} in {}}}{}%{{end}}",
            expr(collection),
            body.iter().map(part).collect::<String>()
        ),
    }
}

fn reference(of: Reference) -> String {
    match of {
        Reference::Variable(slot) => format!("var:{slot}"),
        Reference::Local(slot) => format!("local:{slot}"),
        Reference::Resource(slot) => format!("resource:{slot}"),
        Reference::Module(slot) => format!("module:{slot}"),
        Reference::Output(slot) => format!("output:{slot}"),
        Reference::PathModule => "path.module".into(),
        Reference::PathRoot => "path.root".into(),
        Reference::PathCwd => "path.cwd".into(),
        Reference::Workspace => "workspace".into(),
        Reference::Applying => "applying".into(),
        Reference::CountIndex => "count.index".into(),
        Reference::EachKey => "each.key".into(),
        Reference::EachValue => "each.value".into(),
        Reference::Itself => "self".into(),
    }
}

fn body(of: &Body) -> String {
    let mut out: Vec<String> =
        of.attributes.iter().map(|a| format!("{} = {}", a.name, expr(&a.expr))).collect();
    for block in &of.blocks {
        let labels = joined(block.labels.iter().map(|label| format!(" {label}")));
        let dynamic = block.dynamic.as_ref().map(|dynamic| {
            let labels = dynamic.labels.as_ref().map(|labels| format!(" labels {}", expr(labels)));
            format!(" for #{} in {}{}", dynamic.slot, expr(&dynamic.for_each), labels.unwrap_or_default())
        });
        out.push(format!("{}{labels}{} {}", block.kind, dynamic.unwrap_or_default(), body(&block.body)));
    }
    format!("{{{}}}{}", out.join("; "), if of.json { " json" } else { "" })
}

fn repetition(of: Option<&Repetition>) -> String {
    match of {
        None => String::new(),
        Some(Repetition::Count(count)) => format!(" count {}", expr(count)),
        Some(Repetition::ForEach(items)) => format!(" for_each {}", expr(items)),
        Some(Repetition::Enabled(enabled)) => format!(" enabled {}", expr(enabled)),
    }
}

fn waits(of: &[Dependency]) -> String {
    joined(of.iter().map(|on| format!(" after {}", reference(on.on))))
}

/// One line for each declaration.
pub(crate) fn module(of: &Module) -> Vec<String> {
    let mut out = Vec::new();
    for variable in &of.variables {
        let default = variable.default.as_ref().map(|value| format!(" = {}", literal(value)));
        let kind = if variable.typed { variable.ty.to_string() } else { "untyped".into() };
        let flags = [
            (!variable.nullable, " not null"),
            (variable.sensitive, " sensitive"),
            (variable.ephemeral, " ephemeral"),
        ];
        let flags: String = flags.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect();
        out.push(format!("variable {}: {kind}{}{flags}", variable.name, default.unwrap_or_default()));
    }
    out.extend(of.locals.iter().map(|local| format!("local {} = {}", local.name, expr(&local.expr))));
    for resource in &of.resources {
        out.push(format!(
            "{} by {}{}{} {}",
            resource.addr,
            resource.provider,
            repetition(resource.repetition.as_ref()),
            waits(&resource.depends_on),
            body(&resource.body)
        ));
        out.extend(lifecycle(resource));
    }
    for call in &of.calls {
        let given = joined(call.providers.iter().map(|one| format!(" {}={}", one.child, one.given)));
        out.push(format!(
            "module {} from {}{}{given}{} {}",
            call.name,
            call.source,
            repetition(call.repetition.as_ref()),
            waits(&call.depends_on),
            body(&call.inputs)
        ));
    }
    for output in &of.outputs {
        out.push(format!("output {} = {}{}", output.name, expr(&output.expr), waits(&output.depends_on)));
    }
    out.extend(of.moved.iter().map(|moved| format!("moved {} -> {}", moved.from, moved.to)));
    out.extend(
        of.removed.iter().map(|removed| format!("removed {} destroy {}", removed.from, removed.destroy)),
    );
    for import in &of.imports {
        let optional = |of: &Option<Expr>| of.as_ref().map_or("-".to_owned(), expr);
        let keys: Vec<String> = import.module_keys.iter().map(optional).collect();
        let (key, id, items) = (optional(&import.key), optional(&import.id), optional(&import.for_each));
        out.push(format!("import {} keys [{}] {key} id {id} for {items}", import.to, keys.join(", ")));
    }
    out.extend(
        of.checks.iter().map(|check| {
            format!("check {} data {:?} asserts {}", check.name, check.data, check.asserts.len())
        }),
    );
    out
}

fn lifecycle(resource: &trueup_resolve::program::Resource) -> Vec<String> {
    let lifecycle = &resource.lifecycle;
    let mut out = Vec::new();
    if lifecycle.create_before_destroy {
        out.push("  create before destroy".into());
    }
    if lifecycle.prevent_destroy.is_some() {
        out.push("  prevent destroy".into());
    }
    match &lifecycle.ignore_changes {
        trueup_resolve::program::IgnoreChanges::None => {}
        trueup_resolve::program::IgnoreChanges::All => out.push("  ignore all".into()),
        trueup_resolve::program::IgnoreChanges::Paths(paths) => {
            out.extend(paths.iter().map(|(path, _)| format!("  ignore {:?}", path.0.len())));
        }
    }
    out.extend(lifecycle.replace_triggered_by.iter().map(|on| format!("  replaced by {}", expr(on))));
    let conditions = [("pre", &lifecycle.preconditions), ("post", &lifecycle.postconditions)];
    for (word, conditions) in conditions {
        out.extend(
            conditions.iter().map(|c| format!("  {word} {} else {}", expr(&c.condition), expr(&c.message))),
        );
    }
    for provisioner in &resource.provisioners {
        let flags = [(provisioner.destroy, " at destroy"), (provisioner.continue_on_failure, " may fail")];
        let flags: String = flags.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect();
        let connection = provisioner.connection.as_ref().map(|c| format!(" over {}", body(c)));
        out.push(format!(
            "  run {}{flags} {}{}",
            provisioner.kind,
            body(&provisioner.body),
            connection.unwrap_or_default()
        ));
    }
    out.extend(resource.connection.as_ref().map(|connection| format!("  over {}", body(connection))));
    out
}

/// One line for each provider configuration in each node of the tree.
pub(crate) fn bindings(program: &Program) -> Vec<String> {
    let mut out = Vec::new();
    for node in &program.nodes {
        for (name, binding) in &node.providers {
            let place = &program.node(binding.node).path;
            let place = if place.is_root() { "root".to_owned() } else { place.to_string() };
            let path = if node.path.is_root() { "root".to_owned() } else { node.path.to_string() };
            let alias = binding.alias.as_ref().map(|alias| format!(".{alias}")).unwrap_or_default();
            let block = if binding.config.is_some() { "block" } else { "nothing" };
            out.push(format!("{path} {name}: {}{alias} by {block} in {place}", binding.provider.short()));
        }
    }
    out
}
