//! Random types and values of them, for property tests.

use crate::{Marks, Number, Refinement, Type, Value};
use proptest::prelude::*;

fn name() -> impl Strategy<Value = String> {
    "[a-cé]{1,2}"
}

/// Types without any.
pub(crate) fn types() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![Just(Type::Bool), Just(Type::Number), Just(Type::String)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Type::tuple),
            proptest::collection::btree_map(name(), inner, 0..3).prop_map(Type::object),
        ]
    })
}

fn numbers() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        (any::<i64>(), any::<u32>(), -40i32..40)
            .prop_map(|(w, f, e)| Number::parse(&format!("{w}.{f}e{e}")).unwrap()),
        (1i64..100, 1i64..100)
            .prop_map(|(a, b)| { Number::parse(&a.to_string()).unwrap().div(&Number::from(b)).unwrap() }),
    ]
}

/// What may be in a value beside the plain.
#[derive(Clone, Copy)]
pub(crate) struct Ingredients {
    pub(crate) nulls: bool,
    pub(crate) unknowns: bool,
    pub(crate) marks: bool,
}

/// Values of a type.
pub(crate) fn values(ty: &Type, with: Ingredients) -> BoxedStrategy<Value> {
    let inner = |ty: &Type| values(ty, with);
    let known = match ty {
        Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Type::Number => numbers().prop_map(Value::from).boxed(),
        Type::String => prop_oneof!["[a-b<&]{0,3}", "\\PC{0,6}"].prop_map(Value::from).boxed(),
        Type::Dynamic => Just(Value::from(true)).boxed(),
        Type::List(element) => {
            let element = Type::clone(element);
            proptest::collection::vec(inner(&element), 0..3)
                .prop_map(move |items| Value::list(element.clone(), items))
                .boxed()
        }
        Type::Set(element) => {
            let element = Type::clone(element);
            proptest::collection::vec(inner(&element), 0..4)
                .prop_map(move |items| Value::set(element.clone(), items))
                .boxed()
        }
        Type::Map(element) => {
            let element = Type::clone(element);
            proptest::collection::btree_map(name(), inner(&element), 0..3)
                .prop_map(move |items| Value::map(element.clone(), items))
                .boxed()
        }
        Type::Tuple(items) => items.iter().map(inner).collect::<Vec<_>>().prop_map(Value::tuple).boxed(),
        Type::Object(object) => {
            let names: Vec<_> = object.attributes.keys().cloned().collect();
            let items: Vec<_> = object.attributes.values().map(inner).collect();
            items.prop_map(move |items| Value::object(names.iter().cloned().zip(items))).boxed()
        }
    };
    let marks = prop_oneof![3 => Just(Marks::NONE), 1 => Just(Marks::SENSITIVE)];
    let (ty, weight) = (ty.clone(), |on: bool| u32::from(on));
    let other = ty.clone();
    let plain = prop_oneof![
        6 => known,
        weight(with.nulls) => Just(Value::null(ty)),
        weight(with.unknowns) => refinements().prop_map(move |known| Value::refined(other.clone(), known)),
    ];
    if with.marks {
        (plain, marks).prop_map(|(value, marks)| value.mark(marks)).boxed()
    } else {
        plain.boxed()
    }
}

fn refinements() -> impl Strategy<Value = Refinement> {
    (any::<bool>(), "[a-z]{0,3}-", 0i64..5, any::<bool>(), 0u64..3).prop_map(
        |(not_null, prefix, min, bound, length)| Refinement {
            not_null,
            prefix: Some(prefix.into()),
            number_min: Some((Number::from(min), bound)),
            number_max: bound.then(|| (Number::from(min + 2), true)),
            length_min: length,
            length_max: bound.then_some(length + 2),
        },
    )
}

/// A type and a value of it.
pub(crate) fn typed_values(with: Ingredients) -> impl Strategy<Value = (Type, Value)> {
    types().prop_flat_map(move |ty| values(&ty, with).prop_map(move |value| (ty.clone(), value)))
}
