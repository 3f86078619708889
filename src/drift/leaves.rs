//! Where two values differ.

use std::collections::BTreeSet;
use trueup_value::{Kind, Path, PathStep, Type, Value};

/// The innermost paths at which two values differ: through objects and maps, and through lists of one length.
pub(crate) fn leaves_that_differ(a: &Value, b: &Value) -> Vec<Path> {
    let mut out = Vec::new();
    compare(a, b, &mut Path::default(), &mut out);
    out
}

fn compare(a: &Value, b: &Value, at: &mut Path, out: &mut Vec<Path>) {
    if a == b {
        return;
    }
    let hidden = a.marks().is_sensitive() || b.marks().is_sensitive();
    match (a.kind(), b.kind()) {
        // Marks alone are no difference between what there is.
        _ if hidden => {
            if a.without_marks() != b.without_marks() {
                out.push(at.clone());
            }
        }
        (Kind::Object(_), Kind::Object(_)) | (Kind::Map(_), Kind::Map(_)) => {
            let object = matches!(a.kind(), Kind::Object(_));
            let names = [a, b].into_iter().filter_map(Value::as_mapping).flat_map(|m| m.keys().cloned());
            let names: BTreeSet<_> = names.collect();
            for name in names {
                let null = Value::null(Type::Dynamic);
                let (x, y) = (a.get(&name).unwrap_or(&null), b.get(&name).unwrap_or(&null));
                let step = if object {
                    PathStep::Attribute(name.clone())
                } else {
                    PathStep::Index(Value::string(name.clone()))
                };
                at.0.push(step);
                compare(x, y, at, out);
                at.0.pop();
            }
        }
        (Kind::List(x), Kind::List(y)) if x.items.len() == y.items.len() => {
            for (i, (x, y)) in x.items.iter().zip(&y.items).enumerate() {
                at.0.push(PathStep::Index(Value::from(i64::try_from(i).unwrap_or(i64::MAX))));
                compare(x, y, at, out);
                at.0.pop();
            }
        }
        _ => out.push(at.clone()),
    }
}
