//! The first look at a module: which declarations there are, with the changes of override files made.

use crate::program::Names;
use crate::read::ReadFile;
use crate::report::Report;
use crate::scope::Repeats;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use trueup_addr::{Mode, Resource as ResourceAddr};
use trueup_diag::Span;
use trueup_parse::BodySchema;
use trueup_parse::ast::{Attribute, Block, Name, Syntax};

static FILE: LazyLock<BodySchema> = LazyLock::new(|| {
    BodySchema::default()
        .block("terraform", &[])
        .block("provider", &["name"])
        .block("variable", &["name"])
        .block("locals", &[])
        .block("output", &["name"])
        .block("module", &["name"])
        .block("resource", &["type", "name"])
        .block("data", &["type", "name"])
        .block("ephemeral", &["type", "name"])
        .block("moved", &[])
        .block("import", &[])
        .block("removed", &[])
        .block("check", &["name"])
        .block("required_providers", &[])
});
static CHECK_DATA: LazyLock<BodySchema> =
    LazyLock::new(|| BodySchema::default().block("data", &["type", "name"]));

/// One declaration.
pub(crate) struct Declared<'f> {
    pub(crate) block: Cow<'f, Block>,
    /// Some of it is in JSON.
    pub(crate) json: bool,
    /// It stands in an override file.
    pub(crate) overriding: bool,
}

impl Declared<'_> {
    pub(crate) fn label(&self, at: usize) -> &Name {
        &self.block.labels[at]
    }

    /// The place of its type and labels.
    pub(crate) fn header(&self) -> Span {
        self.block.header_span
    }
}

/// A `resource`, `data` or `ephemeral` block.
pub(crate) struct DeclaredResource<'f> {
    pub(crate) addr: ResourceAddr,
    pub(crate) declared: Declared<'f>,
    /// The check block it stands in: its slot.
    pub(crate) check: Option<u32>,
}

/// All declarations of a module, in the order of their slots.
#[derive(Default)]
pub(crate) struct Index<'f> {
    pub(crate) terraform: Vec<Declared<'f>>,
    pub(crate) providers: Vec<Declared<'f>>,
    pub(crate) variables: Vec<Declared<'f>>,
    pub(crate) locals: Vec<Attribute>,
    pub(crate) outputs: Vec<Declared<'f>>,
    pub(crate) calls: Vec<Declared<'f>>,
    pub(crate) resources: Vec<DeclaredResource<'f>>,
    pub(crate) moved: Vec<Declared<'f>>,
    pub(crate) imports: Vec<Declared<'f>>,
    pub(crate) removed: Vec<Declared<'f>>,
    pub(crate) checks: Vec<Declared<'f>>,
    pub(crate) names: Names,
    check_names: BTreeMap<trueup_addr::Name, u32>,
    /// Slot of the data source in each check block, by slot of the check.
    pub(crate) check_data: BTreeMap<u32, u32>,
    /// Data sources in check blocks: slot of the resource to slot of the check.
    pub(crate) scoped: BTreeMap<u32, u32>,
    /// How each resource repeats, by slot.
    pub(crate) repeats: Vec<Repeats>,
}

/// Finds the declarations of all files.
pub(crate) fn index<'f>(files: &'f [ReadFile], report: &mut Report<'_>) -> Index<'f> {
    let mut index = Index::default();
    for overriding in [false, true] {
        for file in files.iter().filter(|file| file.overriding == overriding) {
            let (content, found) = file.body.content(&FILE);
            report.load.append(found);
            let json = file.body.syntax == Syntax::Json;
            for block in content.blocks {
                if &*block.kind.text == "required_providers" {
                    let detail = "What a module requires of providers is written in its \"terraform\" block.";
                    report.error("Invalid required_providers block", detail, block.header_span);
                    continue;
                }
                let declared = Declared { block, json, overriding };
                if overriding {
                    index.change(declared, report);
                } else {
                    index.add(declared, report);
                }
            }
        }
    }
    index.add_scoped(report);
    index.repeats = index.resources.iter().map(|found| repeats(&found.declared.block)).collect();
    index
}

pub(crate) fn slot(len: usize) -> u32 {
    u32::try_from(len).expect("a module has fewer than 2^32 declarations")
}

impl<'f> Index<'f> {
    fn add(&mut self, declared: Declared<'f>, report: &mut Report<'_>) {
        match &*declared.block.kind.text {
            "terraform" => self.terraform.push(declared),
            "provider" => self.providers.push(declared),
            "locals" => self.add_locals(&declared, report),
            "moved" => self.moved.push(declared),
            "import" => self.imports.push(declared),
            "removed" => self.removed.push(declared),
            "check" => self.add_check(declared, report),
            "resource" => self.add_resource(Mode::Managed, declared, report),
            "data" => self.add_resource(Mode::Data, declared, report),
            "ephemeral" => self.add_resource(Mode::Ephemeral, declared, report),
            "variable" => {
                add_named(&VARIABLE, (&mut self.variables, &mut self.names.variables), declared, report);
            }
            "output" => add_named(&OUTPUT, (&mut self.outputs, &mut self.names.outputs), declared, report),
            "module" => add_named(&CALL, (&mut self.calls, &mut self.names.calls), declared, report),
            other => unreachable!("the schema of files has no block type {other}"),
        }
    }

    fn add_locals(&mut self, declared: &Declared<'f>, report: &mut Report<'_>) {
        let (attributes, found) = declared.block.body.just_attributes();
        report.load.append(found);
        for attribute in attributes {
            report.check_name(&attribute.name, "Invalid local value name");
            let name = &attribute.name.text;
            if let Some(&first) = self.names.locals.get(name) {
                let place = report.place(self.locals[first as usize].span);
                let detail = format!("The local value \"{name}\" is defined already, in {place}.");
                report.error("Duplicate local value definition", detail, attribute.span);
                continue;
            }
            self.names.locals.insert(name.clone(), slot(self.locals.len()));
            self.locals.push(attribute.clone());
        }
    }

    fn add_check(&mut self, declared: Declared<'f>, report: &mut Report<'_>) {
        report.check_name(declared.label(0), "Invalid check block name");
        let name = &declared.label(0).text;
        if let Some(first) = self.check_names.get(name) {
            let place = report.place(self.checks[*first as usize].header());
            let detail = format!("A check block \"{name}\" is declared already, in {place}.");
            report.error(format!("Duplicate check \"{name}\" configuration"), detail, declared.header());
            return;
        }
        self.check_names.insert(name.clone(), slot(self.checks.len()));
        self.checks.push(declared);
    }

    fn add_resource(&mut self, mode: Mode, declared: Declared<'f>, report: &mut Report<'_>) {
        let (kind_summary, name_summary) = match mode {
            Mode::Managed => ("Invalid resource type name", "Invalid resource name"),
            Mode::Data => ("Invalid data source name", "Invalid data resource name"),
            Mode::Ephemeral => ("Invalid ephemeral resource type name", "Invalid ephemeral resource name"),
        };
        report.check_name(declared.label(0), kind_summary);
        report.check_name(declared.label(1), name_summary);
        let addr = address(mode, &declared.block);
        if let Some(first) = self.names.resources.get(&addr) {
            let place = report.place(self.resources[*first as usize].declared.header());
            let detail = format!("{addr} is declared already, in {place}.");
            let summary = format!("Duplicate {} \"{}\" configuration", declared.block.kind.text, addr.kind);
            report.error(summary, detail, declared.header());
            return;
        }
        self.names.resources.insert(addr.clone(), slot(self.resources.len()));
        self.resources.push(DeclaredResource { addr, declared, check: None });
    }

    /// The data sources within check blocks get their slots behind all the others.
    fn add_scoped(&mut self, report: &mut Report<'_>) {
        let mut found = Vec::new();
        for (check, declared) in self.checks.iter().enumerate() {
            // What is wrong with the labels is reported when the check block itself is read.
            let (content, _, _) = declared.block.body.partial_content(&CHECK_DATA);
            if let Some(block) = content.blocks.into_iter().next() {
                let block = Cow::Owned(block.into_owned());
                found.push((slot(check), Declared { block, json: declared.json, overriding: false }));
            }
        }
        for (check, declared) in found {
            let before = self.resources.len();
            self.add_resource(Mode::Data, declared, report);
            if let Some(added) = self.resources.get_mut(before) {
                added.check = Some(check);
                self.scoped.insert(slot(before), check);
                self.check_data.insert(check, slot(before));
            }
        }
    }
}

fn repeats(block: &Block) -> Repeats {
    let has = |name: &str| block.body.attributes.iter().any(|attribute| &*attribute.name.text == name);
    match (has("count"), has("for_each")) {
        (_, true) => Repeats::ForEach,
        (true, false) => Repeats::Count,
        (false, false) => Repeats::No,
    }
}

fn address(mode: Mode, block: &Block) -> ResourceAddr {
    ResourceAddr { mode, kind: block.labels[0].text.clone(), name: block.labels[1].text.clone() }
}

/// How a kind of declaration with one name is called in messages.
struct Named {
    invalid: &'static str,
    duplicate: &'static str,
    what: &'static str,
}

const VARIABLE: Named = Named {
    invalid: "Invalid variable name",
    duplicate: "Duplicate variable declaration",
    what: "input variable",
};
const OUTPUT: Named =
    Named { invalid: "Invalid output name", duplicate: "Duplicate output definition", what: "output value" };
const CALL: Named = Named {
    invalid: "Invalid module instance name",
    duplicate: "Duplicate module call",
    what: "module block",
};

fn add_named<'f>(
    named: &Named,
    (list, names): (&mut Vec<Declared<'f>>, &mut BTreeMap<trueup_addr::Name, u32>),
    declared: Declared<'f>,
    report: &mut Report<'_>,
) {
    report.check_name(declared.label(0), named.invalid);
    let name = declared.label(0).text.clone();
    if let Some(first) = names.get(&name) {
        let place = report.place(list[*first as usize].header());
        let detail = format!("The {} \"{name}\" is declared already, in {place}.", named.what);
        report.error(named.duplicate, detail, declared.header());
        return;
    }
    names.insert(name, slot(list.len()));
    list.push(declared);
}
