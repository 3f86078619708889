//! `trueup import`

use super::Context;
use super::options::session_options;
use super::plan::complain;
use super::progress::Progress;
use crate::arguments::Import as Arguments;
use std::sync::Arc;
use trueup_addr::{Mode, ResourceInstance};
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_engine::{Session, SessionOptions, has_configuration};
use trueup_view::style::neutral;

/// Takes an object that exists into the state.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let screen = Arc::new(context.screen_for(&args.terminal));
    let refused = |diagnostics: Diagnostics| complain(&screen, diagnostics, &Sources::default());
    let address = match address(&args.address) {
        Ok(address) => address,
        Err(diagnostic) => return refused((*diagnostic).into()),
    };
    let mut world = context.world(Progress::new(screen.clone()));
    if let Some(config) = &args.config {
        world.dir = world.dir.join(config);
    }
    if !has_configuration(&world.dir) {
        let detail = format!("The directory {} has no configuration files.", world.dir.display());
        let diagnostic = Diagnostic::error("No Terraform configuration files", detail);
        return refused(diagnostic.hint("-config names a directory that has some").into());
    }
    let options =
        session_options(context, "OperationTypeImport", &args.variables, &args.locking, &args.files);
    let options = match options {
        Ok(options) => SessionOptions { valid: false, ..options },
        Err(diagnostics) => return refused(diagnostics),
    };
    let mut session = match Session::open(&world, options).await {
        Ok(session) => session,
        Err(not_opened) => return complain(&screen, not_opened.diagnostics, &not_opened.sources),
    };
    let said = neutral(&format!("{address}: Importing from ID {:?}...", args.id));
    screen.line(&screen.style.bold(&said));
    let imported = session.import(&address, &args.id).await;
    let sources = std::mem::take(&mut session.sources);
    let mut found = session.close().await;
    match imported {
        Ok(id) => {
            let id = id.map(|id| format!(" [id={id}]")).unwrap_or_default();
            let kind = &address.resource.kind;
            screen.line(&neutral(&format!("{address}: Import prepared!\n  Prepared {kind} for import{id}")));
            let style = screen.style;
            screen.line(&format!(
                "\n{}\n\nThe object is in the state now: plans compare it with the configuration from here on.\n",
                style.bold(&style.green("Import successful!"))
            ));
        }
        Err(diagnostics) => found.append(diagnostics),
    }
    complain(&screen, found, &sources)
}

fn address(text: &str) -> Result<ResourceInstance, Box<Diagnostic>> {
    let address: ResourceInstance = text.parse().map_err(|error| {
        let diagnostic = Diagnostic::error("Invalid address", format!("{error}."));
        Box::new(
            diagnostic.hint("an instance is needed, such as aws_vpc.main or module.network.aws_subnet.a[0]"),
        )
    })?;
    if address.resource.mode == Mode::Managed {
        return Ok(address);
    }
    let summary = "A managed resource address is required. Importing into a data resource is not allowed.";
    Err(Box::new(Diagnostic::error(summary, format!("{address} is read anew by every plan."))))
}
