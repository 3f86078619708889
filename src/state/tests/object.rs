//! Objects: values go in with their marks and come out with them.

use trueup_schema::{Attribute, Block, Schema};
use trueup_state::{Object, ObjectError};
use trueup_value::{Marks, Type, Value};

fn schema(version: u64) -> Schema {
    let types = [
        ("id", Type::String),
        ("any", Type::Dynamic),
        ("tags", Type::map(Type::String)),
        ("n", Type::Number),
    ];
    let attributes = types.into_iter().map(|(name, ty)| (name.into(), Attribute::new(ty))).collect();
    Schema { version, block: Block { attributes, ..Block::default() } }
}

fn object(id: Value, any: Value, tag: Value) -> Value {
    let tags = Value::map(Type::String, [("a", tag)]);
    Value::object([("id", id), ("any", any), ("tags", tags), ("n", Value::null(Type::Number))])
}

#[test]
fn values_come_back_with_their_marks() {
    let secret = |text: &str| Value::string(text).mark(Marks::SENSITIVE);
    let cases = [
        (object(Value::string("<a>&"), Value::from(1), Value::string("t")), 0),
        (object(secret("a"), Value::tuple([secret("b"), Value::from(true)]), secret("c")), 3),
        (
            object(Value::string("a"), Value::null(Type::Dynamic), Value::string("t")).mark(Marks::SENSITIVE),
            1,
        ),
    ];
    for (value, paths) in cases {
        let stored = Object::encode(&value, &schema(2)).expect("it can be stored");
        assert_eq!((stored.schema_version, stored.sensitive.len()), (2, paths));
        assert_eq!(stored.decode(&schema(2)).expect("it can be read"), value);
    }
}

#[test]
fn what_can_not_be_stored_or_read_is_refused() {
    let plain = || Value::string("x");
    for bad in [Value::unknown(Type::String), plain().mark(Marks::EPHEMERAL)] {
        let error =
            Object::encode(&object(bad, plain(), plain()), &schema(0)).expect_err("it can't be stored");
        assert!(matches!(error, ObjectError::Unstorable(_)), "{error}");
    }
    let stored = Object::encode(&object(plain(), plain(), plain()), &schema(1)).expect("it can be stored");
    assert_eq!(stored.decode(&schema(2)), Err(ObjectError::Version { stored: 1, schema: 2 }));
    let odd = Object { attributes: r#"{"id":[]}"#.into(), ..Object::default() };
    assert!(matches!(odd.decode(&schema(0)), Err(ObjectError::Attributes(_))));
}
