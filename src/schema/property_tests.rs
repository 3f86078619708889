//! What holds for every schema and every value of it.

use crate::wire::{read_schema, write_schema};
use crate::{Attribute, AttributeType, Block, NestedBlock, Nesting, ObjectAttributes, Schema};
use crate::{apply_errors, coerce, plan_errors, proposed_new, read_stored, unknown_computed, unknown_paths};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use std::collections::BTreeMap;
use trueup_value::{Name, Type, Value, json};

fn types() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![Just(Type::String), Just(Type::Number), Just(Type::Bool), Just(Type::Dynamic)];
    leaf.prop_recursive(2, 4, 2, |inner| {
        prop_oneof![
            inner
                .clone()
                .prop_filter("sets and lists have one type", |t| !t.has_dynamic())
                .prop_map(Type::list),
            inner
                .clone()
                .prop_filter("sets and lists have one type", |t| !t.has_dynamic())
                .prop_map(Type::set),
            inner.prop_filter("maps have one type", |t| !t.has_dynamic()).prop_map(Type::map),
        ]
    })
}

fn nestings() -> impl Strategy<Value = Nesting> {
    prop_oneof![Just(Nesting::Single), Just(Nesting::List), Just(Nesting::Set), Just(Nesting::Map)]
}

fn flagged(ty: AttributeType, flags: u8) -> Attribute {
    let mut attribute = Attribute { ty, sensitive: flags & 8 != 0, ..Attribute::new(Type::Bool) };
    match flags % 4 {
        0 => attribute.required = true,
        1 => attribute.optional = true,
        2 => attribute.computed = true,
        _ => (attribute.optional, attribute.computed) = (true, true),
    }
    attribute
}

fn attributes(depth: u32) -> BoxedStrategy<BTreeMap<Name, Attribute>> {
    let plain = types().prop_map(AttributeType::Plain).boxed();
    let ty = if depth == 0 {
        plain
    } else {
        let object = |(nesting, attributes)| AttributeType::Nested(ObjectAttributes { nesting, attributes });
        let fixed = attributes(depth - 1).prop_map(without_dynamic);
        prop_oneof![3 => plain, 1 => (nestings(), fixed).prop_map(object)].boxed()
    };
    let attribute = (ty, any::<u8>()).prop_map(|(ty, flags)| flagged(ty, flags));
    btree_map("[a-d]".prop_map(Name::from), attribute, 0..4).boxed()
}

/// Structural attributes with a type that varies by item aren't part of the protocol.
fn without_dynamic(mut attributes: BTreeMap<Name, Attribute>) -> BTreeMap<Name, Attribute> {
    attributes.retain(|_, attribute| !attribute.value_type().has_dynamic());
    attributes
}

fn blocks(depth: u32) -> BoxedStrategy<Block> {
    let nested = if depth == 0 {
        Just(BTreeMap::new()).boxed()
    } else {
        let nested = (nestings(), blocks(depth - 1)).prop_map(|(nesting, mut block)| {
            // A set has one element type.
            if nesting == Nesting::Set && block.value_type().has_dynamic() {
                block = Block::default();
            }
            NestedBlock { nesting, block, items_min: 0, items_max: 0 }
        });
        btree_map("[e-g]".prop_map(Name::from), nested, 0..3).boxed()
    };
    (attributes(1), nested)
        .prop_map(|(attributes, blocks)| Block { attributes, blocks, ..Block::default() })
        .boxed()
}

/// Values of a type, null included.
fn values(ty: &Type) -> BoxedStrategy<Value> {
    let null = Just(Value::null(ty.clone()));
    let some = match ty {
        Type::String => "[a-c]{0,2}".prop_map(Value::from).boxed(),
        Type::Number => (-3_i64..3).prop_map(Value::from).boxed(),
        Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Type::List(of) => {
            let of = (**of).clone();
            vec(values(&of), 0..3).prop_map(move |items| Value::list(of.clone(), items)).boxed()
        }
        Type::Set(of) => {
            let of = (**of).clone();
            vec(values(&of), 0..3).prop_map(move |items| Value::set(of.clone(), items)).boxed()
        }
        Type::Map(of) => {
            let of = (**of).clone();
            btree_map("[a-c]", values(&of), 0..3).prop_map(move |items| Value::map(of.clone(), items)).boxed()
        }
        _ => prop_oneof![Just(Value::from(1)), Just(Value::tuple([Value::from("a"), true.into()]))].boxed(),
    };
    prop_oneof![1 => null, 3 => some].boxed()
}

type Fields = BTreeMap<Name, Attribute>;

fn objects(attributes: &Fields, blocks: &BTreeMap<Name, NestedBlock>, config: bool) -> BoxedStrategy<Value> {
    let attribute =
        |(name, a): (&Name, &Attribute)| (Just(name.clone()), attribute_values(a, config)).boxed();
    let block = |(name, b): (&Name, &NestedBlock)| (Just(name.clone()), block_values(b, config)).boxed();
    let fields: Vec<BoxedStrategy<(Name, Value)>> =
        attributes.iter().map(attribute).chain(blocks.iter().map(block)).collect();
    fields.prop_map(Value::object).boxed()
}

/// `config`: a configuration leaves alone what only the provider sets.
fn attribute_values(attribute: &Attribute, config: bool) -> BoxedStrategy<Value> {
    let null = Just(Value::null(attribute.value_type()));
    if config && attribute.is_read_only() {
        return null.boxed();
    }
    match &attribute.ty {
        AttributeType::Plain(ty) => values(ty),
        AttributeType::Nested(object) => {
            let item = objects(&object.attributes, &BTreeMap::new(), config);
            prop_oneof![1 => null, 3 => nested(object.nesting, object.object_type(), item)].boxed()
        }
    }
}

fn block_values(block: &NestedBlock, config: bool) -> BoxedStrategy<Value> {
    let ty = block.block.value_type();
    let item = objects(&block.block.attributes, &block.block.blocks, config);
    let some = nested(block.nesting, ty.clone(), item);
    if block.nesting == Nesting::Single { prop_oneof![Just(Value::null(ty)), some].boxed() } else { some }
}

fn nested(nesting: Nesting, ty: Type, item: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let dynamic = ty.has_dynamic();
    match nesting {
        Nesting::Single | Nesting::Group => item,
        Nesting::List if dynamic => vec(item, 0..3).prop_map(Value::tuple).boxed(),
        Nesting::Map if dynamic => btree_map("[a-c]", item, 0..3).prop_map(Value::object).boxed(),
        Nesting::List => vec(item, 0..3).prop_map(move |items| Value::list(ty.clone(), items)).boxed(),
        Nesting::Set => vec(item, 0..3).prop_map(move |items| Value::set(ty.clone(), items)).boxed(),
        Nesting::Map => {
            btree_map("[a-c]", item, 0..3).prop_map(move |items| Value::map(ty.clone(), items)).boxed()
        }
    }
}

fn cases() -> impl Strategy<Value = (Block, Value, Value)> {
    blocks(2).prop_flat_map(|block| {
        let full = objects(&block.attributes, &block.blocks, false);
        let config = objects(&block.attributes, &block.blocks, true);
        (Just(block), full, config)
    })
}

proptest! {
    // A failing case prints itself; files beside the sources would be taken for a member of the workspace.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn schemas_are_read_as_written(block in blocks(2), version in 0_u64..9) {
        let schema = Schema { version, block };
        prop_assert_eq!(read_schema(&write_schema(&schema)), Ok(schema));
    }

    #[test]
    fn what_conforms_stays((block, value, _) in cases()) {
        prop_assert_eq!(coerce(&block, &value), Ok(value.clone()));
        prop_assert_eq!(apply_errors(&block, &value, &value), []);
    }

    #[test]
    fn objects_are_read_as_stored((block, value, _) in cases()) {
        let text = json::encode_typed(&value, &block.value_type()).expect("a known value without marks");
        prop_assert_eq!(read_stored(&block, &text), Ok(value));
    }

    #[test]
    fn proposals_are_valid_plans((block, prior, config) in cases()) {
        let proposed = proposed_new(&block, &prior, &config);
        prop_assert_eq!(plan_errors(&block, &prior, &config, &proposed), []);
        prop_assert_eq!(proposed_new(&block, &proposed, &config), proposed.clone());
        let planned = unknown_computed(&block, &proposed);
        prop_assert_eq!(plan_errors(&block, &prior, &config, &planned), []);
        prop_assert_eq!(apply_errors(&block, &planned, &proposed), []);
        prop_assert_eq!(unknown_paths(&proposed), []);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[\\[\\]{}\",:a-z0-9]{0,40}", block in blocks(1)) {
        let _ = read_stored(&block, &text);
        let _ = read_schema(&text);
    }
}
