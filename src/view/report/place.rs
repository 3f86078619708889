//! Where in the repository blocks stand.

use super::Place;
use std::collections::BTreeMap;
use trueup_addr::{ConfigResource, ModuleInstance, ModulePath, ResourceInstance};
use trueup_diag::{Sources, Span};
use trueup_resolve::{NodeId, Program};

/// Finds the blocks of objects.
pub(super) struct Places<'a> {
    program: &'a Program,
    sources: &'a Sources,
    directory: &'a str,
    nodes: BTreeMap<&'a ModulePath, NodeId>,
}

impl<'a> Places<'a> {
    pub(super) fn new(program: &'a Program, sources: &'a Sources, directory: &'a str) -> Places<'a> {
        let numbered = program.nodes.iter().enumerate();
        let nodes =
            numbered.filter_map(|(index, node)| Some((&node.path, NodeId(u32::try_from(index).ok()?))));
        Places { program, sources, directory, nodes: nodes.collect() }
    }

    /// The block of a resource; the nearest block of a module call around it where its own is not in the repository;
    /// and where there is no block any more, a file of the module that had it.
    pub(super) fn of(&self, resource: &ConfigResource) -> Option<Place> {
        let mut path = resource.module.clone();
        let found = loop {
            match self.nodes.get(&path) {
                Some(node) => break *node,
                None => path = path.parent()?,
            }
        };
        let module = self.program.module_at(found);
        if path == resource.module
            && let Some(slot) = module.names.resources.get(&resource.resource)
            && let Some(place) = self.at(module.resources[*slot as usize].span)
        {
            return Some(place);
        }
        self.called(found).or_else(|| self.first(found))
    }

    /// The block whose condition it is: that of a `check`, an output, a variable or a resource.
    pub(super) fn of_condition(&self, address: &str) -> Option<Place> {
        let span = self.declared(address);
        if let Some(place) = span.and_then(|span| self.at(span)) {
            return Some(place);
        }
        address.parse::<ResourceInstance>().ok().and_then(|addr| self.of(&addr.config()))
    }

    fn declared(&self, address: &str) -> Option<Span> {
        let (rest, name) = address.rsplit_once('.')?;
        let (module, kind) = rest.rsplit_once('.').unwrap_or(("", rest));
        let path = match module {
            "" => ModulePath::root(),
            module => module.parse::<ModuleInstance>().ok()?.path(),
        };
        let module = self.program.module_at(*self.nodes.get(&path)?);
        match kind {
            "check" => module.checks.iter().find(|one| &*one.name == name).map(|one| one.span),
            "output" => module.outputs.iter().find(|one| &*one.name == name).map(|one| one.span),
            "var" => module.variables.iter().find(|one| &*one.name == name).map(|one| one.span),
            _ => None,
        }
    }

    /// The innermost call around a module that stands in the repository.
    fn called(&self, mut node: NodeId) -> Option<Place> {
        while let Some((parent, slot)) = self.program.node(node).parent {
            let call = &self.program.module_at(parent).calls[slot as usize];
            if let Some(place) = self.at(call.span) {
                return Some(place);
            }
            node = parent;
        }
        None
    }

    /// The first file of a module.
    fn first(&self, node: NodeId) -> Option<Place> {
        first(&self.program.module_at(node).dir, (self.sources, self.directory))
    }

    fn at(&self, span: Span) -> Option<Place> {
        place(span, (self.sources, self.directory))
    }
}

/// The first file of the root module, for what stands nowhere.
pub(super) fn home(files: (&Sources, &str)) -> Option<Place> {
    first("", files)
}

/// The first file in a directory.
fn first(dir: &str, (sources, directory): (&Sources, &str)) -> Option<Place> {
    let wanted = joined(directory, dir)?;
    let files = sources.files().filter_map(|(_, file)| joined(directory, &file.name));
    let within = |file: &String| file.rsplit_once('/').map_or("", |(parent, _)| parent) == wanted;
    files.filter(within).min().map(|file| Place { file, line: None })
}

/// The place of a span; none where its file is not in the repository.
pub(super) fn place(span: Span, (sources, directory): (&Sources, &str)) -> Option<Place> {
    let file = sources.file(span.file);
    let line = file.position(span.start).line;
    Some(Place { file: joined(directory, &file.name)?, line: Some(line) })
}

/// A path from the top of the repository; none for what is outside of it or was fetched (`.terraform`).
fn joined(directory: &str, name: &str) -> Option<String> {
    if name.starts_with('/') {
        return None;
    }
    let mut steps: Vec<&str> = directory.split('/').filter(|step| !step.is_empty()).collect();
    for step in name.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()?),
            ".terraform" => return None,
            step => steps.push(step),
        }
    }
    Some(steps.join("/"))
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn paths_lead_from_the_top_of_the_repository() {
        let check = |directory: &str, name: &str, wanted: Option<&str>| {
            assert_eq!(joined(directory, name).as_deref(), wanted, "{name} in {directory}");
        };
        check("", "main.tf", Some("main.tf"));
        check("", "./main.tf", Some("main.tf"));
        check("stacks/a", "main.tf", Some("stacks/a/main.tf"));
        check("stacks/a", "../../modules/x/main.tf", Some("modules/x/main.tf"));
        check("stacks/a", "../../../elsewhere/main.tf", None);
        check("stacks/a", ".terraform/modules/x/main.tf", None);
        check("stacks/a", "/somewhere/main.tf", None);
    }
}
