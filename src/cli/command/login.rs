//! `trueup login` and `trueup logout`: a token for a host, kept in a file for its owner alone.

use super::Context;
use super::plan::complain;
use crate::arguments::Login as Arguments;
use crate::outside::unseen;
use crate::screen::Screen;
use crate::settings::{Host, Read, credentials, directory};
use std::io::BufRead;
use std::path::PathBuf;
use trueup_diag::{Diagnostic, Sources};

/// The host that is meant where none is named.
const DEFAULT_HOST: &str = "app.terraform.io";

type Refused = Box<Diagnostic>;

/// Asks for a token and keeps it.
pub(crate) fn login(context: &Context, args: &Arguments) -> u8 {
    let screen = context.screen();
    match log_in(context, &screen, args) {
        Ok(code) => code,
        Err(diagnostic) => complain(&screen, (*diagnostic).into(), &Sources::default()),
    }
}

/// Takes a host's token out of the file.
pub(crate) fn logout(context: &Context, args: &Arguments) -> u8 {
    let screen = context.screen();
    match log_out(context, &screen, args) {
        Ok(()) => 0,
        Err(diagnostic) => complain(&screen, (*diagnostic).into(), &Sources::default()),
    }
}

/// The host, where its token isn't kept by hand, and the directory of the file.
fn place(context: &Context, args: &Arguments, command: &str) -> Result<(Host, PathBuf, Read), Refused> {
    let name = args.host.as_deref().unwrap_or(DEFAULT_HOST);
    let host: Host = name.parse().map_err(|error| {
        let detail = format!("The given hostname {name:?} is not valid: {error}.");
        Box::new(Diagnostic::error("Invalid hostname", detail))
    })?;
    let read = crate::settings::read(&context.environment);
    if read.settings.manual.contains(&host) {
        let detail = format!(
            "\"trueup {command}\" leaves files alone that people write, and credentials for this host stand in one."
        );
        let summary = format!("Credentials for {host} are manually configured");
        return Err(Box::new(Diagnostic::error(summary, detail).hint("change the CLI configuration itself")));
    }
    let directory = directory(&context.environment).ok_or_else(|| {
        let detail = "Tokens are kept in a file in the home directory, and the environment names none.";
        Box::new(Diagnostic::error("No home directory", detail).hint("set HOME"))
    })?;
    Ok((host, directory, read))
}

fn failed(why: &str) -> Refused {
    let hint = "tokens may also be given in variables such as TF_TOKEN_app_terraform_io";
    Box::new(Diagnostic::error("Failed to update the credentials", format!("{}.", sentence(why))).hint(hint))
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn log_in(context: &Context, screen: &Screen, args: &Arguments) -> Result<u8, Refused> {
    let (host, directory, read) = place(context, args, "login")?;
    let file = directory.join(credentials::FILE);
    if let Some(helper) = &read.settings.helper {
        screen.line(&format!(
            "The credentials helper {helper:?} is not run: trueup keeps tokens in a file only.\n"
        ));
    }
    screen.print(&format!(
        "A token for {host} will be kept as plain text, for your eyes only, in\n    {}\n\nMake one on the host's own pages; trueup opens no browser and doesn't try it out.\n\nDo you want to proceed?\n  Only 'yes' will be accepted to confirm.\n\n  {} ",
        file.display(),
        screen.style.bold("Enter a value:")
    ));
    if read_line()?.trim() != "yes" {
        screen.line("\nLogin cancelled.");
        return Ok(1);
    }
    screen.print(&format!("\nToken for {host}:\n  {} ", screen.style.bold("Enter a value:")));
    let token = unseen(read_line)?;
    screen.line("");
    let token = token.trim();
    if token.is_empty() || token.chars().any(|c| c.is_control() || c.is_whitespace()) {
        let detail = "A token is one word without spaces. What was entered is not kept.";
        return Err(Box::new(Diagnostic::error("Invalid token", detail)));
    }
    credentials::store(&directory, &host, token).map_err(|why| failed(&why))?;
    let style = screen.style;
    let said = style.bold(&format!("The token for {host} is kept; requests to the host send it."));
    screen.line(&format!("\n{} {said}", style.bold(&style.green("Success!"))));
    Ok(0)
}

fn log_out(context: &Context, screen: &Screen, args: &Arguments) -> Result<(), Refused> {
    let (host, directory, _) = place(context, args, "logout")?;
    if !credentials::holds(&directory, &host).map_err(|why| failed(&why))? {
        screen.line(&format!("No credentials for {host} are stored.\n"));
        return Ok(());
    }
    let file = directory.join(credentials::FILE);
    screen.line(&format!(
        "Removing the stored credentials for {host} from the following file:\n    {}\n",
        file.display()
    ));
    credentials::forget(&directory, &host).map_err(|why| failed(&why))?;
    let style = screen.style;
    let said =
        style.bold(&format!("The stored token for {host} is gone; the host itself may still accept it."));
    screen.line(&format!("{} {said}", style.bold(&style.green("Success!"))));
    Ok(())
}

fn read_line() -> Result<String, Refused> {
    let mut answer = String::new();
    match std::io::stdin().lock().read_line(&mut answer) {
        Ok(1..) => Ok(answer),
        Ok(0) => {
            let detail = "Standard input ended before there was an answer. Nothing was changed.";
            Err(Box::new(Diagnostic::error("Failed to read the answer", detail)))
        }
        Err(error) => {
            let detail = format!("Standard input can't be read: {error}.");
            Err(Box::new(Diagnostic::error("Failed to read the answer", detail)))
        }
    }
}
