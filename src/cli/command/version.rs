//! `trueup version`

use super::Context;
use crate::arguments::Version as Arguments;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_document::VERSION;
use trueup_document::{laid_out, text};
use trueup_engine::Unobserved;
use trueup_state::TERRAFORM_VERSION;

/// `version -json`; what is ours alone comes last.
#[derive(Serialize)]
struct VersionWire {
    terraform_version: &'static str,
    platform: String,
    /// Plugins by address, of which there are none.
    provider_selections: BTreeMap<String, String>,
    terraform_outdated: bool,
    trueup_version: &'static str,
    embedded_providers: Vec<String>,
}

/// Says which version this is, whose formats it writes, and which providers are built in.
pub(crate) fn run(context: &Context, args: &Arguments) -> u8 {
    let screen = context.screen();
    let world = context.world(Arc::new(Unobserved));
    let providers: Vec<String> = world.factory.known().iter().map(ToString::to_string).collect();
    if args.json {
        let document = VersionWire {
            terraform_version: TERRAFORM_VERSION,
            platform: platform(),
            provider_selections: BTreeMap::new(),
            terraform_outdated: false,
            trueup_version: VERSION,
            embedded_providers: providers,
        };
        screen.line(laid_out(&text(&document)).trim_end());
        return 0;
    }
    screen.line(&format!("trueup v{VERSION} (formats of Terraform v{TERRAFORM_VERSION})\non {}", platform()));
    for provider in providers {
        screen.line(&format!("+ embedded provider {provider}"));
    }
    0
}

fn platform() -> String {
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{}_{arch}", std::env::consts::OS)
}
