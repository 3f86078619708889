//! The house in tables: every crate with its floor, and what may live in which crate.

/// Every crate and its floor. A crate imports only from lower floors, never from its own.
pub(crate) const FLOORS: &[(&str, u32)] = &[
    ("trueup-diag", 0),
    ("trueup-addr", 0),
    ("trueup-value", 0),
    ("trueup-loopback", 0),
    ("trueup-parse", 1),
    ("trueup-schema", 1),
    ("trueup-edit", 2),
    ("trueup-resolve", 2),
    ("trueup-state", 2),
    ("trueup-provider", 2),
    ("trueup-forge", 2),
    ("trueup-provision", 2),
    ("trueup-source", 2),
    ("trueup-evaluate", 3),
    ("trueup-refresh", 3),
    ("trueup-notify", 3),
    ("trueup-provider-kit", 3),
    ("trueup-diff", 4),
    ("trueup-provider-walk", 4),
    ("trueup-provider-builtin", 4),
    ("trueup-provider-aws", 4),
    ("trueup-login", 4),
    ("trueup-stacks", 4),
    ("trueup-provider-azure", 5),
    ("trueup-provider-google", 5),
    ("trueup-store", 5),
    ("trueup-plan", 5),
    ("trueup-pulls", 5),
    ("trueup-apply", 6),
    ("trueup-drift", 6),
    ("trueup-engine", 7),
    ("trueup-run", 8),
    ("trueup-testing", 8),
    ("trueup-document", 9),
    ("trueup-view", 10),
    ("trueup-cli", 11),
    ("trueup", 12),
];

/// Crates without a runtime, files, clock, environment or randomness: same input, same output.
pub(crate) const PURE: &[&str] = &[
    "trueup-diag",
    "trueup-addr",
    "trueup-value",
    "trueup-parse",
    "trueup-schema",
    "trueup-resolve",
    "trueup-state",
    "trueup-provider",
    "trueup-evaluate",
    "trueup-diff",
    "trueup-drift",
    "trueup-edit",
];

/// What a pure crate's sources may not name.
pub(crate) const WORLD: &[&str] = &[
    "tokio",
    "futures",
    "rand",
    "getrandom",
    "rustix",
    "std::fs",
    "std::env",
    "std::net::TcpListener",
    "std::net::TcpStream",
    "std::net::ToSocketAddrs",
    "std::net::UdpSocket",
    "std::process",
    "std::thread",
    "std::time::SystemTime",
    "std::time::Instant",
    "uuid::Uuid::new_v4",
];

/// Heavy or opinionated dependencies and the only crates that may have them; names match by prefix.
pub(crate) const HOMES: &[(&str, &[&str])] = &[
    ("aws-config", &["trueup-provider-aws", "trueup-store"]),
    ("aws-credential-types", &["trueup-provider-aws", "trueup-store"]),
    ("aws-sdk-", &["trueup-provider-aws", "trueup-store"]),
    ("aws-smithy-", &["trueup-provider-aws", "trueup-store"]),
    ("azure_mgmt_compute", &["trueup-provider-azure"]),
    ("bzip2", &["trueup-source"]),
    ("clap", &["trueup-cli"]),
    ("gix", &["trueup-source"]),
    ("google-cloud-", &["trueup-login", "trueup-provider-google"]),
    ("hcl-rs", &["trueup-engine"]),
    ("lzma-rust2", &["trueup-source"]),
    ("p12-keystore", &["trueup-login"]),
    ("petgraph", &["trueup-plan"]),
    ("quick-xml", &["trueup-store"]),
    ("rowan", &["trueup-parse"]),
    ("russh", &["trueup-provision"]),
    ("rustyline", &["trueup-cli"]),
    ("tonic", &["trueup-plugin"]),
    ("axum", &["trueup-controller"]),
    (
        "reqwest",
        &[
            "trueup-forge",
            "trueup-login",
            "trueup-notify",
            "trueup-provider-azure",
            "trueup-provider-google",
            "trueup-source",
        ],
    ),
    ("tar", &["trueup-source"]),
    ("zip", &["trueup-plan", "trueup-source"]),
];

/// Crates that write or read no serialized shape: what they hold is not the wire's.
pub(crate) const WITHOUT_SERDE: &[&str] = &[
    "trueup-diag",
    "trueup-addr",
    "trueup-parse",
    "trueup-resolve",
    "trueup-diff",
    "trueup-edit",
    "trueup-refresh",
    "trueup-apply",
    "trueup-provider-builtin",
];

/// What an embedded provider may see of the house.
pub(crate) const PROVIDERS_SEE: &[&str] = &[
    "trueup-addr",
    "trueup-diag",
    "trueup-login",
    "trueup-provider",
    "trueup-provider-kit",
    "trueup-schema",
    "trueup-value",
];

/// Crates that are for tests alone.
pub(crate) const FOR_TESTS: &[&str] =
    &["insta", "jsonschema", "proptest", "tempfile", "trueup-loopback", "trueup-provider-walk"];

/// Folders of stand-ins for the world, and the cargo feature each is behind: tests enable it, the program never.
pub(crate) const FAKES: &[(&str, &str)] = &[("src/provider/fake/", "fake")];
