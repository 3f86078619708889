//! What `provisioner` and `connection` blocks may hold: those that every version of the language has built in.

use crate::{Attribute, Block};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use trueup_value::{Type, Value};

/// A table of blocks by type.
type Table = BTreeMap<&'static str, Block>;

static PROVISIONERS: LazyLock<Table> = LazyLock::new(|| {
    let text = || Type::String;
    let texts = || Type::list(Type::String);
    BTreeMap::from([
        (
            "local-exec",
            block(
                &["command"],
                [
                    ("command", text()),
                    ("environment", Type::map(Type::String)),
                    ("interpreter", texts()),
                    ("quiet", Type::Bool),
                    ("working_dir", text()),
                ],
            ),
        ),
        ("remote-exec", block(&[], [("inline", texts()), ("script", text()), ("scripts", texts())])),
        ("file", block(&["destination"], [("content", text()), ("destination", text()), ("source", text())])),
    ])
});

static CONNECTION: LazyLock<Block> = LazyLock::new(|| {
    let texts = [
        "agent_identity",
        "bastion_certificate",
        "bastion_host",
        "bastion_host_key",
        "bastion_password",
        "bastion_private_key",
        "bastion_user",
        "cacert",
        "certificate",
        "host",
        "host_key",
        "password",
        "private_key",
        "proxy_host",
        "proxy_scheme",
        "proxy_user_name",
        "proxy_user_password",
        "script_path",
        "target_platform",
        "timeout",
        "type",
        "user",
    ];
    let mut block = block(&[], texts.map(|name| (name, Type::String)));
    let numbers = ["bastion_port", "port", "proxy_port"].map(|name| (name, Type::Number));
    let flags = ["agent", "https", "insecure", "use_ntlm"].map(|name| (name, Type::Bool));
    for (name, ty) in numbers.into_iter().chain(flags) {
        block.attributes.insert(name.into(), Attribute { optional: true, ..Attribute::new(ty) });
    }
    block
});

fn block<const N: usize>(required: &[&str], attributes: [(&'static str, Type); N]) -> Block {
    let attribute = |(name, ty): (&'static str, Type)| {
        let required = required.contains(&name);
        (name.into(), Attribute { required, optional: !required, ..Attribute::new(ty) })
    };
    Block { attributes: attributes.into_iter().map(attribute).collect(), ..Block::default() }
}

/// What a provisioner of this type may hold; `None` where there is no such type.
pub fn provisioner(kind: &str) -> Option<&'static Block> {
    PROVISIONERS.get(kind)
}

/// What a connection may hold. Nothing is required here: an outer block may give what an inner one leaves out.
pub fn connection() -> &'static Block {
    &CONNECTION
}

/// What is wrong with a provisioner's configuration as a whole: a summary, and more where there is more to say.
pub fn provisioner_problem(kind: &str, config: &Value) -> Option<(&'static str, &'static str)> {
    // Of what isn't known nobody can say that it isn't set.
    let set = |name: &str| !config.is_known() || config.get(name).is_some_and(|value| !value.is_null());
    match kind {
        "file" => match (set("source"), set("content")) {
            (true, true) => {
                Some(("Cannot set both 'source' and 'content'", "What is copied is one of them."))
            }
            (false, false) => {
                Some(("Must provide one of 'source' or 'content'", "There is nothing to be copied."))
            }
            _ => None,
        },
        "remote-exec" => {
            let ways = ["inline", "script", "scripts"].into_iter().filter(|name| set(name)).count();
            let summary = "Invalid remote-exec provisioner configuration";
            (ways != 1).then_some((summary, "Only one of \"inline\", \"script\", or \"scripts\" must be set"))
        }
        _ => None,
    }
}
