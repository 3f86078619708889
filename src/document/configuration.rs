//! `configuration`: what the files say, compiled.

use super::Failure;
use super::expression::{self, ExpressionWire, root_name};
use super::state::missing_schema;
use super::tree::mode;
use super::{Json, encode};
use serde::Serialize;
use std::collections::BTreeMap;
use trueup_addr::Mode;
use trueup_evaluate::Schemas;
use trueup_resolve::program::{
    Dependency, ModuleCall, Node, Output, ProviderRef, Provisioner, Repetition, Resource, Variable,
};
use trueup_resolve::{Body, Module, NodeId, Program};
use trueup_schema::{Block, Nesting};

/// The whole configuration.
#[derive(Serialize)]
pub(crate) struct ConfigurationWire {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    provider_config: BTreeMap<String, ProviderWire>,
    root_module: ModuleWire,
}

#[derive(Serialize)]
struct ProviderWire {
    name: String,
    full_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    alias: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_constraint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    module_address: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    expressions: BTreeMap<String, BodyItem>,
}

#[derive(Serialize)]
struct ModuleWire {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    outputs: BTreeMap<String, OutputWire>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<ResourceWire>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    module_calls: BTreeMap<String, CallWire>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    variables: BTreeMap<String, VariableWire>,
}

#[derive(Serialize)]
struct OutputWire {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    sensitive: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    ephemeral: bool,
    expression: ExpressionWire,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
}

#[derive(Serialize)]
struct ResourceWire {
    address: String,
    mode: &'static str,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    provider_config_key: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    provisioners: Vec<ProvisionerWire>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    expressions: BTreeMap<String, BodyItem>,
    schema_version: u64,
    #[serde(flatten)]
    repetition: RepetitionWire,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<String>,
}

#[derive(Serialize)]
struct ProvisionerWire {
    #[serde(rename = "type")]
    kind: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    expressions: BTreeMap<String, BodyItem>,
}

#[derive(Default, Serialize)]
struct RepetitionWire {
    #[serde(skip_serializing_if = "Option::is_none")]
    count_expression: Option<ExpressionWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    for_each_expression: Option<ExpressionWire>,
}

#[derive(Serialize)]
struct CallWire {
    source: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    expressions: BTreeMap<String, BodyItem>,
    #[serde(flatten)]
    repetition: RepetitionWire,
    module: Option<ModuleWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_constraint: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<String>,
}

#[derive(Serialize)]
struct VariableWire {
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<Json>,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    sensitive: bool,
}

/// An argument, or nested blocks.
#[derive(Serialize)]
#[serde(untagged)]
enum BodyItem {
    Expression(ExpressionWire),
    Single(BTreeMap<String, BodyItem>),
    Many(Vec<BTreeMap<String, BodyItem>>),
    ByLabel(BTreeMap<String, BTreeMap<String, BodyItem>>),
}

/// The configuration of a program.
pub(crate) fn wire(program: &Program, schemas: &dyn Schemas) -> Result<ConfigurationWire, Failure> {
    let writer = Writer { program, schemas };
    Ok(ConfigurationWire { provider_config: writer.providers()?, root_module: writer.module(NodeId::ROOT)? })
}

struct Writer<'a> {
    program: &'a Program,
    schemas: &'a dyn Schemas,
}

impl Writer<'_> {
    /// Provider configurations that are written or used, by the key that resources name.
    fn providers(&self) -> Result<BTreeMap<String, ProviderWire>, Failure> {
        let mut all = BTreeMap::new();
        for (index, node) in self.program.nodes.iter().enumerate() {
            let module = self.program.module(node.module);
            for config in &module.provider_configs {
                let addr = (node, &config.name);
                let mut wire = self.provider(addr, &config.provider.to_string(), config.version.clone());
                if let Some(schema) = self.schemas.schema(&config.provider) {
                    wire.expressions = body_items(&config.body, &schema.provider.block, module)?;
                }
                all.insert(provider_key(addr), wire);
            }
            let required = module.settings.providers.iter().filter(|_| index == 0);
            for (name, requirement) in required {
                let name = ProviderRef { name: name.clone(), alias: None };
                let wire = || {
                    self.provider(
                        (node, &name),
                        &requirement.provider.to_string(),
                        requirement.version.clone(),
                    )
                };
                all.entry(provider_key((node, &name))).or_insert_with(wire);
            }
            for resource in &module.resources {
                let Some((home, name)) = self.binding(node, &resource.provider) else { continue };
                let source =
                    node.providers.get(&resource.provider).map(|binding| binding.provider.to_string());
                let wire = || self.provider((home, &name), &source.unwrap_or_default(), None);
                all.entry(provider_key((home, &name))).or_insert_with(wire);
            }
        }
        Ok(all)
    }

    fn provider(
        &self,
        (node, name): (&Node, &ProviderRef),
        full_name: &str,
        version: Option<String>,
    ) -> ProviderWire {
        let required = self.program.module(node.module).settings.providers.get(&name.name);
        ProviderWire {
            name: name.name.to_string(),
            full_name: full_name.to_owned(),
            alias: name.alias.as_ref().map(ToString::to_string),
            version_constraint: version.or_else(|| required.and_then(|r| r.version.clone())),
            module_address: (!node.path.is_root()).then(|| node.path.to_string()),
            expressions: BTreeMap::new(),
        }
    }

    /// The module whose provider configuration a resource uses, and how that module names it.
    fn binding<'b>(&'b self, node: &'b Node, used: &ProviderRef) -> Option<(&'b Node, ProviderRef)> {
        let binding = node.providers.get(used)?;
        let Some(slot) = binding.config else {
            return Some((self.implied(node, used), used.clone()));
        };
        let home = self.program.node(binding.node);
        let written = self.program.module(home.module).provider_configs.get(slot as usize)?;
        Some((home, written.name.clone()))
    }

    /// A configuration that nobody writes belongs to the outermost module that an unbroken line of modules which
    /// know the provider leads to.
    fn implied<'b>(&'b self, node: &'b Node, used: &ProviderRef) -> &'b Node {
        let mut node = node;
        while let Some((parent, _)) = node.parent {
            let parent = self.program.node(parent);
            let module = self.program.module(parent.module);
            let known = module.settings.providers.contains_key(&used.name)
                || module.resources.iter().any(|resource| resource.provider.name == used.name);
            if !known {
                break;
            }
            node = parent;
        }
        node
    }

    fn module(&self, id: NodeId) -> Result<ModuleWire, Failure> {
        let node = self.program.node(id);
        let module = self.program.module(node.module);
        let outputs = module.outputs.iter().map(|o| Ok((o.name.to_string(), output(o, module)?)));
        let variables = module.variables.iter().map(|v| Ok((v.name.to_string(), variable(v)?)));
        let calls = module.calls.iter().zip(&node.children);
        let calls = calls.map(|(call, child)| Ok((call.name.to_string(), self.call(call, *child, module)?)));
        let mut resources: Vec<&Resource> = module.resources.iter().collect();
        resources.sort_by_key(|resource| &resource.addr);
        Ok(ModuleWire {
            outputs: outputs.collect::<Result<_, Failure>>()?,
            resources: resources
                .into_iter()
                .map(|r| self.resource(r, node, module))
                .collect::<Result<_, _>>()?,
            module_calls: calls.collect::<Result<_, Failure>>()?,
            variables: variables.collect::<Result<_, Failure>>()?,
        })
    }

    fn resource(&self, resource: &Resource, node: &Node, module: &Module) -> Result<ResourceWire, Failure> {
        let binding = self.binding(node, &resource.provider);
        let provider = node.providers.get(&resource.provider).map(|binding| &binding.provider);
        let offered = provider.and_then(|provider| self.schemas.schema(provider));
        let kind = &resource.addr.kind;
        let schema = offered.and_then(|offered| match resource.addr.mode {
            Mode::Managed => offered.resources.get(kind),
            Mode::Data => offered.data_sources.get(kind),
            Mode::Ephemeral => offered.ephemeral.get(kind),
        });
        let addr = resource.addr.to_string();
        let source = provider.map(ToString::to_string).unwrap_or_default();
        let schema = schema.ok_or_else(|| missing_schema(&addr, &source))?;
        let provisioners = resource.provisioners.iter().map(|p| provisioner(p, module));
        Ok(ResourceWire {
            address: addr,
            mode: mode(&resource.addr),
            kind: kind.to_string(),
            name: resource.addr.name.to_string(),
            provider_config_key: binding.map(|(home, name)| provider_key((home, &name))).unwrap_or_default(),
            provisioners: provisioners.collect::<Result<_, _>>()?,
            expressions: body_items(&resource.body, &schema.block, module)?,
            schema_version: schema.version,
            repetition: repetition(resource.repetition.as_ref(), module)?,
            depends_on: dependencies(&resource.depends_on, module),
        })
    }

    fn call(&self, call: &ModuleCall, child: Option<NodeId>, module: &Module) -> Result<CallWire, Failure> {
        // What depends on variables is told with their values.
        let called = child.map(|child| &self.program.node(child).called);
        Ok(CallWire {
            source: called.map_or(&call.source, |called| &called.source).clone(),
            expressions: arguments(&call.inputs, module)?,
            repetition: repetition(call.repetition.as_ref(), module)?,
            module: child.map(|child| self.module(child)).transpose()?,
            version_constraint: called.map_or(&call.version, |called| &called.version).clone(),
            depends_on: dependencies(&call.depends_on, module),
        })
    }
}

/// Arguments and nested blocks of a body, as far as the schema knows them.
fn body_items(body: &Body, schema: &Block, module: &Module) -> Result<BTreeMap<String, BodyItem>, Failure> {
    let mut items = BTreeMap::new();
    for attribute in &body.attributes {
        let known =
            schema.attributes.contains_key(&attribute.name) || schema.blocks.contains_key(&attribute.name);
        if known {
            let expression = expression::wire(&attribute.expr, module)?;
            items.insert(attribute.name.to_string(), BodyItem::Expression(expression));
        }
    }
    for (kind, nested) in &schema.blocks {
        let written = body.blocks.iter().filter(|block| block.kind == *kind && block.dynamic.is_none());
        let inner = written.map(|block| {
            let label = block.labels.first().map(ToString::to_string).unwrap_or_default();
            Ok((label, body_items(&block.body, &nested.block, module)?))
        });
        let mut inner = inner.collect::<Result<Vec<_>, Failure>>()?;
        if inner.is_empty() {
            continue;
        }
        let item = match nested.nesting {
            Nesting::Single | Nesting::Group => BodyItem::Single(inner.remove(0).1),
            Nesting::List | Nesting::Set => {
                BodyItem::Many(inner.into_iter().map(|(_, items)| items).collect())
            }
            Nesting::Map => BodyItem::ByLabel(inner.into_iter().collect()),
        };
        items.insert(kind.to_string(), item);
    }
    Ok(items)
}

fn provider_key((node, name): (&Node, &ProviderRef)) -> String {
    let alias = name.alias.as_ref().map(|alias| format!(".{alias}")).unwrap_or_default();
    let module = if node.path.is_root() { String::new() } else { format!("{}:", node.path) };
    format!("{module}{}{alias}", name.name)
}

/// All arguments of a body that no schema judges.
fn arguments(body: &Body, module: &Module) -> Result<BTreeMap<String, BodyItem>, Failure> {
    let items = body.attributes.iter().map(|attribute| {
        let expression = expression::wire(&attribute.expr, module)?;
        Ok((attribute.name.to_string(), BodyItem::Expression(expression)))
    });
    items.collect()
}

fn provisioner(provisioner: &Provisioner, module: &Module) -> Result<ProvisionerWire, Failure> {
    let kind = provisioner.kind.to_string();
    Ok(ProvisionerWire { kind, expressions: arguments(&provisioner.body, module)? })
}

fn repetition(repetition: Option<&Repetition>, module: &Module) -> Result<RepetitionWire, Failure> {
    let shown =
        |expr| expression::wire(expr, module).map(|wire| if wire.is_empty() { None } else { Some(wire) });
    Ok(match repetition {
        // The documents of OpenTofu don't tell of it either.
        None | Some(Repetition::Enabled(_)) => RepetitionWire::default(),
        Some(Repetition::Count(expr)) => {
            RepetitionWire { count_expression: shown(expr)?, for_each_expression: None }
        }
        Some(Repetition::ForEach(expr)) => {
            RepetitionWire { count_expression: None, for_each_expression: shown(expr)? }
        }
    })
}

fn dependencies(depends_on: &[Dependency], module: &Module) -> Vec<String> {
    depends_on.iter().map(|dependency| root_name(dependency.on, module)).collect()
}

fn output(output: &Output, module: &Module) -> Result<OutputWire, Failure> {
    Ok(OutputWire {
        sensitive: output.sensitive,
        ephemeral: output.ephemeral,
        expression: expression::wire(&output.expr, module)?,
        depends_on: dependencies(&output.depends_on, module),
        description: output.description.to_string(),
    })
}

fn variable(variable: &Variable) -> Result<VariableWire, Failure> {
    Ok(VariableWire {
        default: variable.default.as_ref().map(encode::known).transpose()?,
        description: variable.description.to_string(),
        sensitive: variable.sensitive,
    })
}
