//! The project's Rust sources as syntax.

use crate::support::project::is_rust;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::Visit;

/// Whether a path is source that ends up in the program, and not in a test.
pub(crate) fn is_shipped_source(path: &str) -> bool {
    let shipped = path.starts_with("src/") || path.starts_with("providers/");
    shipped && is_rust(path) && !is_test_source(path)
}

/// Whether a path holds tests alone.
pub(crate) fn is_test_source(path: &str) -> bool {
    path.split('/').any(|part| part == "tests" || part == "tests.rs" || part.ends_with("_tests.rs"))
}

/// Which of the given paths (such as `std::fs`) a source names, outside of its `#[cfg(test)]` items.
pub(crate) fn names_of_the_world(source: &str, world: &[&str]) -> Vec<String> {
    let mut file = syn::parse_file(source).expect("a project's source parses");
    file.attrs.clear();
    remove_tests(&mut file.items);
    let mut uses = Uses::default();
    uses.visit_file(&file);
    let tokens = format!(" {} ", file.to_token_stream());
    let spelled = |path: &str| {
        let path = path.replace("::", " :: ");
        path.contains("::") && tokens.contains(&format!(" {path} "))
            || tokens.contains(&format!(" {path} ::"))
    };
    world
        .iter()
        .filter(|path| spelled(path) || uses.paths.iter().any(|used| is_within(used, path)))
        .map(|path| (*path).to_owned())
        .collect()
}

fn is_within(used: &str, path: &str) -> bool {
    used == path || used.strip_prefix(path).is_some_and(|rest| rest.starts_with("::"))
}

fn remove_tests(items: &mut Vec<syn::Item>) {
    items.retain(|item| !is_for_tests(item));
    for item in items {
        if let syn::Item::Mod(module) = item
            && let Some((_, inner)) = &mut module.content
        {
            remove_tests(inner);
        }
    }
}

fn is_for_tests(item: &syn::Item) -> bool {
    let attributes = match item {
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Const(item) => &item.attrs,
        _ => return false,
    };
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.to_token_stream().to_string().contains("test")
    })
}

/// Every imported path, written out.
#[derive(Default)]
struct Uses {
    paths: Vec<String>,
}

impl<'ast> Visit<'ast> for Uses {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.flatten(&item.tree, "");
    }
}

impl Uses {
    fn flatten(&mut self, tree: &syn::UseTree, prefix: &str) {
        let join = |name: &syn::Ident| {
            if prefix.is_empty() { name.to_string() } else { format!("{prefix}::{name}") }
        };
        match tree {
            syn::UseTree::Path(path) => self.flatten(&path.tree, &join(&path.ident)),
            syn::UseTree::Name(name) if name.ident == "self" => self.paths.push(prefix.to_owned()),
            syn::UseTree::Name(name) => self.paths.push(join(&name.ident)),
            syn::UseTree::Rename(name) => self.paths.push(join(&name.ident)),
            syn::UseTree::Glob(_) => self.paths.push(prefix.to_owned()),
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.flatten(item, prefix)),
        }
    }
}

/// A function and how long it is.
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) line: usize,
    /// From the signature to the closing brace.
    pub(crate) lines: usize,
    pub(crate) parameters: usize,
}

/// Every function with a body in a source.
pub(crate) fn functions(source: &str) -> Vec<Function> {
    let file = syn::parse_file(source).expect("a project's source parses");
    let mut functions = Functions::default();
    functions.visit_file(&file);
    functions.found
}

#[derive(Default)]
struct Functions {
    found: Vec<Function>,
}

impl Functions {
    fn add(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let line = signature.span().start().line;
        let lines = block.span().end().line + 1 - line;
        let parameters =
            signature.inputs.iter().filter(|input| matches!(input, syn::FnArg::Typed(_))).count();
        self.found.push(Function { name: signature.ident.to_string(), line, lines, parameters });
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(&item.sig, &item.block);
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add(&item.sig, &item.block);
        syn::visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.add(&item.sig, block);
        }
        syn::visit::visit_trait_item_fn(self, item);
    }
}
