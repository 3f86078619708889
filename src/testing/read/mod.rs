//! Test files from text to what they say.

mod mock;
mod provider;
mod run;
mod words;

use crate::file::{Assigned, TestFile};
use std::sync::LazyLock;
use trueup_diag::{Diagnostic, Diagnostics, Sources, Span};
use trueup_parse::ast::{Block, Body};
use trueup_parse::{BodySchema, Content, is_identifier, parse_config, parse_json_config};

static FILE: LazyLock<BodySchema> = LazyLock::new(|| {
    BodySchema::default()
        .block("test", &[])
        .block("run", &["name"])
        .block("variables", &[])
        .block("provider", &["name"])
        .block("mock_provider", &["name"])
        .block("override_resource", &[])
        .block("override_data", &[])
        .block("override_module", &[])
});
static TEST: LazyLock<BodySchema> = LazyLock::new(|| BodySchema::default().optional("parallel"));

/// Gives the text of a file that a test file names, relative to the configuration; names of a directory's mock files.
pub(crate) trait MockFiles {
    /// Name and text of each mock file in a directory.
    fn mock_files(&self, dir: &str) -> std::io::Result<Vec<(String, String)>>;
}

/// Reads one file while noting all that is wrong with it.
pub(crate) struct Reader<'s> {
    pub(crate) sources: &'s mut Sources,
    pub(crate) files: &'s dyn MockFiles,
    pub(crate) diagnostics: Diagnostics,
    /// The file is in JSON, where references are strings.
    pub(crate) json: bool,
}

/// Parses a file of either syntax.
pub(crate) fn parse(name: &str, text: &str, sources: &mut Sources) -> (Body, Diagnostics) {
    let file = sources.add(name, text);
    let parsed = if name.to_lowercase().ends_with(".json") {
        parse_json_config(file, text)
    } else {
        parse_config(file, text)
    };
    let mut found = parsed.diagnostics;
    found.append(parsed.templates);
    (parsed.value, found)
}

/// Reads a test file.
pub(crate) fn read_file(
    name: &str,
    text: &str,
    sources: &mut Sources,
    files: &dyn MockFiles,
) -> (TestFile, Diagnostics) {
    let (body, found) = parse(name, text, sources);
    let json = name.to_lowercase().ends_with(".json");
    let mut reader = Reader { sources, files, diagnostics: found, json };
    let mut file = TestFile { name: name.to_owned(), ..TestFile::default() };
    reader.file(&body, &mut file);
    (file, reader.diagnostics)
}

impl Reader<'_> {
    fn file(&mut self, body: &Body, file: &mut TestFile) {
        let content = self.content(body, &FILE);
        let mut variables = None;
        let mut parallel = false;
        for block in &content.blocks {
            match &*block.kind.text {
                "test" => parallel = self.test(block),
                "run" => {}
                "variables" => self.variables(block, ("file", &mut variables), &mut file.variables),
                "provider" => file.providers.extend(self.provider(block)),
                "mock_provider" => file.providers.extend(self.mock_provider(block)),
                _ => file.overrides.extend(self.override_block(block)),
            }
        }
        for block in content.blocks("run") {
            let run = self.run(block, parallel);
            if let Some(first) = file.runs.iter().find(|known| known.name == run.name) {
                let place = self.place(first.span);
                let detail = format!("A run block \"{}\" stands in this file already, in {place}.", run.name);
                self.fail("Duplicate \"run\" block names", detail, block.header_span);
            }
            file.runs.push(run);
        }
        self.check_providers(file);
        self.check_overrides(&file.overrides);
    }

    fn test(&mut self, block: &Block) -> bool {
        let content = self.content(&block.body, &TEST);
        content.attribute("parallel").and_then(|attribute| self.boolean(&attribute.expr)).unwrap_or_default()
    }

    /// A `variables` block; there can be one in each place.
    pub(crate) fn variables(
        &mut self,
        block: &Block,
        (place, first): (&str, &mut Option<Span>),
        out: &mut Vec<Assigned>,
    ) {
        if let Some(first) = *first {
            let at = self.place(first);
            let detail = format!("This {place} has a variables block already, in {at}.");
            self.fail("Multiple \"variables\" blocks", detail, block.header_span);
        }
        *first = first.or(Some(block.header_span));
        let (attributes, found) = block.body.just_attributes();
        self.diagnostics.append(found);
        out.extend(
            attributes.into_iter().map(|attribute| Assigned {
                name: attribute.name.text.clone(),
                expr: attribute.expr.clone(),
            }),
        );
    }

    /// What a block holds, held against a schema.
    pub(crate) fn content<'b>(&mut self, body: &'b Body, schema: &BodySchema) -> Content<'b> {
        let (content, found) = body.content(schema);
        self.diagnostics.append(found);
        content
    }

    /// The name that a block's first label gives.
    pub(crate) fn checked_name(&mut self, block: &Block, what: &str) {
        let label = &block.labels[0];
        if !is_identifier(&label.text) {
            let detail =
                "A name is a letter or underscore, and letters, digits, underscores and dashes behind it.";
            self.fail(format!("Invalid {what} block name"), detail, label.span);
        }
    }

    pub(crate) fn fail(
        &mut self,
        summary: impl Into<std::borrow::Cow<'static, str>>,
        detail: impl Into<String>,
        at: Span,
    ) {
        self.diagnostics.push(Diagnostic::error(summary, detail).at(at));
    }

    /// `file.tftest.hcl, line 3`
    pub(crate) fn place(&self, span: Span) -> String {
        let file = self.sources.file(span.file);
        format!("{}, line {}", file.name, file.position(span.start).line)
    }
}
