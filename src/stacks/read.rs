//! `trueup.hcl` from text to settings.

use crate::SETTINGS_FILE;
use crate::directories::joined;
use crate::glob::Glob;
use crate::settings::{Input, Place, Settings, StackSettings};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use trueup_diag::{Diagnostic, Diagnostics, Sources, Span};
use trueup_evaluate::{FunctionNames, children};
use trueup_parse::ast::{Block, Expr, ExprKind, ObjectKey};
use trueup_parse::{BodySchema, Content, parse_config};
use trueup_resolve::{self as resolve, compile_constant_as, compile_template};
use trueup_value::{Name, Type, Value};

static FILE: LazyLock<BodySchema> = LazyLock::new(|| {
    let whole = BodySchema::default().block("drift", &[]).block("pulls", &[]);
    whole.block("stacks", &[]).block("stack", &["name"])
});
static STACKS: LazyLock<BodySchema> =
    LazyLock::new(|| BodySchema::default().optional("include").optional("exclude"));
static STACK: LazyLock<BodySchema> = LazyLock::new(|| {
    ["path", "source", "workspace", "var_files", "tags", "owners", "depends_on", "watch", "inputs"]
        .into_iter()
        .fold(BodySchema::default().block("drift", &[]), BodySchema::optional)
});

/// Reads the file's text.
pub(crate) fn read(text: &str, sources: &mut Sources) -> (Settings, Diagnostics) {
    let file = sources.add(SETTINGS_FILE, text);
    let parsed = parse_config(file, text);
    let mut found = parsed.diagnostics;
    found.append(parsed.templates);
    let mut reader = Reader { sources, diagnostics: found };
    let (content, problems) = parsed.value.content(&FILE);
    reader.diagnostics.append(problems);
    let mut settings = Settings::default();
    for block in content.blocks("stacks") {
        reader.stacks(block, &mut settings);
    }
    for block in content.blocks("drift") {
        reader.drift(block, &mut settings.drift);
    }
    for (at, block) in content.blocks("pulls").enumerate() {
        if at == 0 {
            reader.pulls(block, &mut settings.pulls);
        } else {
            let detail = "What holds for pull requests stands in one block.";
            reader.fail("Duplicate pulls block", detail, block.header_span);
        }
    }
    for block in content.blocks("stack") {
        reader.stack(block, &mut settings);
    }
    (settings, reader.diagnostics)
}

pub(crate) struct Reader<'s> {
    pub(crate) sources: &'s Sources,
    pub(crate) diagnostics: Diagnostics,
}

impl Reader<'_> {
    fn stacks(&mut self, block: &Block, settings: &mut Settings) {
        let content = self.content(block, &STACKS);
        settings.include.extend(self.globs(&content, "include"));
        settings.exclude.extend(self.globs(&content, "exclude"));
    }

    fn stack(&mut self, block: &Block, settings: &mut Settings) {
        let name = Name::from(&*block.labels[0].text);
        let content = self.content(block, &STACK);
        let Some(place) = self.place(&content, block) else { return };
        let mut stack = StackSettings {
            workspace: self.text(&content, "workspace"),
            var_files: self.paths(&content, "var_files"),
            tags: self.texts(&content, "tags").into_iter().collect(),
            owners: self.texts(&content, "owners"),
            after: self.after(&content),
            watch: self.globs(&content, "watch"),
            ..StackSettings::of(place, block.header_span)
        };
        self.inputs(&content, &mut stack);
        for block in content.blocks("drift") {
            self.drift(block, &mut stack.drift);
        }
        if let Some(first) = settings.stacks.get(&name) {
            let file = self.sources.file(first.span.file);
            let line = file.position(first.span.start).line;
            let detail = format!("A stack \"{name}\" stands in line {line} already. Names are unique.");
            self.fail("Duplicate stack", detail, block.header_span);
            return;
        }
        settings.stacks.insert(name, stack);
    }

    pub(crate) fn content<'b>(&mut self, block: &'b Block, schema: &BodySchema) -> Content<'b> {
        let (content, found) = block.body.content(schema);
        self.diagnostics.append(found);
        content
    }

    /// `path` or `source`; without either the directory of the stack's name.
    fn place(&mut self, content: &Content<'_>, block: &Block) -> Option<Place> {
        let source = self.text(content, "source");
        match (content.attribute("path"), source) {
            (Some(path), Some(_)) => {
                let detail =
                    "A stack is in a directory of this repository (path) or in another one (source).";
                self.fail("Invalid stack", detail, path.span);
                None
            }
            (None, Some(source)) => Some(Place::Git(source)),
            (Some(path), None) => {
                let text = self.constant(&path.expr, &Type::String)?;
                self.directory(text.as_str()?, path.expr.span)
            }
            (None, None) => self.directory(&block.labels[0].text, block.header_span),
        }
    }

    fn directory(&mut self, text: &str, at: Span) -> Option<Place> {
        let inside = joined("", text);
        if inside.is_none() {
            let detail =
                format!("The directory of a stack is a path inside of the repository, which {text} is not.");
            self.fail("Invalid stack", detail, at);
        }
        inside.map(Place::Directory)
    }

    fn after(&mut self, content: &Content<'_>) -> BTreeMap<Name, Span> {
        let Some(attribute) = content.attribute("depends_on") else { return BTreeMap::new() };
        let span = attribute.expr.span;
        self.texts(content, "depends_on").into_iter().map(|name| (Name::from(name), span)).collect()
    }

    /// Values of variables; a stack that one refers to comes before this one.
    fn inputs(&mut self, content: &Content<'_>, stack: &mut StackSettings) {
        let Some(attribute) = content.attribute("inputs") else { return };
        let span = attribute.expr.span;
        let ExprKind::Object(items) = &attribute.expr.kind else {
            let detail = "Inputs are an object in braces: a name and a value for each variable.";
            return self.fail("Invalid inputs", detail, span);
        };
        self.sources.text(span).clone_into(&mut stack.inputs_text);
        for item in items {
            let ObjectKey::Name(name) = &item.key else {
                self.fail(
                    "Invalid inputs",
                    "The name of a variable stands here, without quotes.",
                    item.value.span,
                );
                continue;
            };
            let (expr, found) = compile_template(&item.value, &["stack".into()], &FunctionNames::default());
            self.diagnostics.append(found);
            let stacks = named(&expr);
            for (name, at) in &stacks {
                stack.after.entry(name.clone()).or_insert(*at);
            }
            let stacks = stacks.into_iter().map(|(name, _)| name).collect();
            stack.inputs.push(Input { name: name.text.clone(), expr, stacks });
        }
    }

    fn globs(&mut self, content: &Content<'_>, name: &str) -> Vec<Glob> {
        let texts = self.texts(content, name);
        let at = content.attribute(name).map(|attribute| attribute.expr.span);
        let mut globs = Vec::new();
        for text in texts {
            match Glob::new(&text) {
                Ok(glob) => globs.push(glob),
                Err(why) => {
                    let detail = format!("\"{text}\" is no pattern of paths: {why}.");
                    self.diagnostics.push(Diagnostic::error("Invalid pattern", detail).at_opt(at));
                }
            }
        }
        globs
    }

    /// Paths inside of the repository.
    fn paths(&mut self, content: &Content<'_>, name: &str) -> Vec<String> {
        let texts = self.texts(content, name);
        let at = content.attribute(name).map(|attribute| attribute.expr.span);
        let mut paths = BTreeSet::new();
        let mut out = Vec::new();
        for text in texts {
            match joined("", &text) {
                Some(path) if paths.insert(path.clone()) => out.push(path),
                Some(_) => {}
                None => {
                    let detail = format!("{text} is not a path inside of the repository.");
                    self.diagnostics.push(Diagnostic::error("Invalid path", detail).at_opt(at));
                }
            }
        }
        out
    }

    pub(crate) fn texts(&mut self, content: &Content<'_>, name: &str) -> Vec<String> {
        let Some(attribute) = content.attribute(name) else { return Vec::new() };
        let Some(value) = self.constant(&attribute.expr, &Type::list(Type::String)) else {
            return Vec::new();
        };
        let items = value.as_sequence().unwrap_or_default();
        items.iter().filter_map(|item| item.as_str().map(String::from)).collect()
    }

    pub(crate) fn text(&mut self, content: &Content<'_>, name: &str) -> Option<String> {
        let value = self.constant(&content.attribute(name)?.expr, &Type::String)?;
        value.as_str().map(String::from)
    }

    pub(crate) fn constant(&mut self, expr: &Expr, ty: &Type) -> Option<Value> {
        let value = compile_constant_as(expr, ty, &mut self.diagnostics);
        value.filter(|value| !value.is_null())
    }

    pub(crate) fn fail(&mut self, summary: &'static str, detail: impl Into<String>, at: Span) {
        self.diagnostics.push(Diagnostic::error(summary, detail).at(at));
    }
}

/// The stacks that an expression refers to: `stack.NAME` and `stack["NAME"]`.
fn named(expr: &resolve::Expr) -> Vec<(Name, Span)> {
    use resolve::ExprKind::{Attribute, Index, Literal, Symbol};
    let mut found = Vec::new();
    let mut waiting = vec![expr];
    while let Some(next) = waiting.pop() {
        match &next.kind {
            Attribute { on, name, .. } if matches!(on.kind, Symbol(0)) => {
                found.push((name.clone(), next.span));
            }
            Index { on, key } if matches!(on.kind, Symbol(0)) => {
                let Literal(name) = &key.kind else { continue };
                found.extend(name.as_str().map(|name| (Name::from(name), next.span)));
            }
            _ => waiting.extend(children(next)),
        }
    }
    found
}
