//! Which of several provider configurations a name means: what must be said where, and whether it is.

use crate::bind::Binder;
use crate::expr::{Expr, ExprKind};
use crate::program::{
    GivenKey, GivenProvider, ModuleCall, ProviderBinding, ProviderConfig, ProviderRef, Repetition,
};
use std::collections::BTreeMap;
use trueup_diag::{Diagnostic, Span};

type Bindings = BTreeMap<ProviderRef, ProviderBinding>;
type Keys = BTreeMap<ProviderRef, GivenKey>;

/// A place that uses a provider configuration.
struct Use<'u> {
    /// `resource` or `module`.
    kind: &'static str,
    name: &'u ProviderRef,
    key: Option<&'u Expr>,
    repetition: Option<&'u Repetition>,
    span: Span,
}

impl<'p> Binder<'p> {
    /// Where the calls around say which of several a name of this module means.
    pub(crate) fn given_keys(&self, providers: &Bindings) -> Keys {
        let Some((caller, call)) = self.call() else { return Keys::new() };
        let given = |name: &ProviderRef, binding: &ProviderBinding| -> Option<GivenKey> {
            if binding.node == self.id {
                return None;
            }
            let entry = call.providers.iter().position(|one| one.child == *name);
            let around = self.program.node(caller);
            match entry {
                Some(entry) if call.providers[entry].key.is_some() => Some(GivenKey {
                    caller,
                    call: self.node.parent.expect("a call has a caller").1,
                    entry: crate::index::slot(entry),
                }),
                Some(entry) => around.given_keys.get(&call.providers[entry].given).copied(),
                None => {
                    let same = |(name, own): &(&ProviderRef, &ProviderBinding)| {
                        name.alias.is_none() && *own == binding
                    };
                    let (name, _) = around.providers.iter().find(same)?;
                    around.given_keys.get(name).copied()
                }
            }
        };
        let found =
            providers.iter().filter_map(|(name, binding)| Some((name.clone(), given(name, binding)?)));
        found.collect()
    }

    /// A configuration with `for_each` is used with a key, and no other is.
    pub(crate) fn check_keys(&mut self, providers: &Bindings, keys: &Keys) {
        let module = self.module;
        let resources = module.resources.iter().map(|resource| Use {
            kind: "resource",
            name: &resource.provider,
            key: resource.provider_key.as_ref(),
            repetition: resource.repetition.as_ref(),
            span: resource.span,
        });
        let given = |call: &'p ModuleCall, one: &'p GivenProvider| Use {
            kind: "module",
            name: &one.given,
            key: one.key.as_ref(),
            repetition: call.repetition.as_ref(),
            span: one.span,
        };
        let calls =
            module.calls.iter().flat_map(|call| call.providers.iter().map(move |one| given(call, one)));
        for one in resources.chain(calls) {
            if let Some(binding) = providers.get(one.name) {
                self.check_key(&one, binding, keys.contains_key(one.name));
            }
        }
    }

    fn check_key(&mut self, one: &Use<'_>, binding: &ProviderBinding, given: bool) {
        let configs = &self.program.module_at(binding.node).provider_configs;
        let config = binding.config.map(|slot| &configs[slot as usize]);
        let for_each = config.and_then(|config| config.for_each.as_ref());
        let summary = format!("Invalid {} provider configuration", one.kind);
        match (one.key, for_each) {
            (Some(key), None) => {
                let detail = format!(
                    "{} is one configuration: only those with for_each are told apart by a key.",
                    one.name
                );
                self.load.push(Diagnostic::error(summary, detail).at(key.span));
            }
            (Some(key), Some(_)) if given => {
                let detail = format!(
                    "{} is one of several configurations, which the call of this module chooses.",
                    one.name
                );
                self.load.push(Diagnostic::error(summary, detail).at(key.span).hint("leave the key out"));
            }
            // What a call gives is judged at the call.
            (None, Some(_)) if !given && binding.node == self.id => {
                let detail = format!(
                    "{} is several configurations, since it has for_each, and nothing says which of them is meant.",
                    one.name
                );
                let hint = format!("name one: {}[each.key]", one.name);
                self.load.push(Diagnostic::error(summary, detail).at(one.span).hint(hint));
            }
            (Some(_), Some(for_each)) => self.warn_of_same(one, config, for_each),
            _ => {}
        }
    }

    /// What is taken out of the collection takes the configuration away that its objects are destroyed with.
    fn warn_of_same(&mut self, one: &Use<'_>, config: Option<&ProviderConfig>, for_each: &Expr) {
        let Some(Repetition::ForEach(own)) = one.repetition else { return };
        if !same(own, for_each) {
            return;
        }
        let name = config.map(|config| config.name.to_string()).unwrap_or_default();
        let detail = format!(
            "This {} and the provider configuration {name} have the same for_each: an element that is taken out takes both away at once, and then nobody can destroy the objects that were made with it.",
            one.kind
        );
        let hint = "let the provider's collection keep the element for one more apply, such as for_each = setsubtract(var.all, var.disabled) here";
        let summary = format!("Provider configuration for_each matches {}", one.kind);
        self.load.push(Diagnostic::warning(summary, detail).at(own.span).hint(hint));
    }
}

/// Whether both are the same reference, or the same attribute of one.
fn same(left: &Expr, right: &Expr) -> bool {
    match (&left.kind, &right.kind) {
        (ExprKind::Reference(left), ExprKind::Reference(right)) => left == right,
        (ExprKind::Attribute { on: left, name, .. }, ExprKind::Attribute { on: right, name: other, .. }) => {
            name == other && same(left, right)
        }
        (ExprKind::Call { function, args, .. }, ExprKind::Call { function: other, args: others, .. }) => {
            function == other
                && args.len() == others.len()
                && args.iter().zip(others).all(|(left, right)| same(left, right))
        }
        _ => false,
    }
}
