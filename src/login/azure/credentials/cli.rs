//! Whoever signed in to the Azure CLI: `az account get-access-token`.

use super::{Fault, FaultKind, Token};
use std::time::Duration;
use tokio::process::Command;
use tokio::time::timeout;

/// The CLI is written in Python and takes its time.
const PATIENCE: Duration = Duration::from_mins(1);

/// A token for a scope, of the tenant, or else of the tenant that the subscription is in.
pub(super) async fn token(
    scope: &str,
    tenant: Option<&str>,
    subscription: Option<&str>,
    now: u64,
) -> Result<Token, Fault> {
    let mut command = Command::new("az");
    command.args(["account", "get-access-token", "--output", "json", "--scope", scope]);
    match (tenant, subscription) {
        (Some(tenant), _) => drop(command.args(["--tenant", tenant])),
        (None, Some(subscription)) => drop(command.args(["--subscription", subscription])),
        (None, None) => {}
    }
    command.kill_on_drop(true).stdin(std::process::Stdio::null());
    let bad = |message: String| Fault::new(FaultKind::Unauthenticated, message).hint(super::HINT);
    let output = timeout(PATIENCE, command.output())
        .await
        .map_err(|_| bad("the Azure CLI did not answer within a minute".into()))?
        .map_err(|error| bad(format!("the Azure CLI (az) can't be run: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(bad(format!("the Azure CLI says: {}", said.trim())));
    }
    read(&output.stdout, now).ok_or_else(|| bad("the Azure CLI's answer holds no token".into()))
}

/// `{"accessToken": …, "expires_on": 1700000000, "expiresOn": "2026-01-01 00:00:00.000000"}`; older versions give the
/// local time alone, which says nothing without the zone.
fn read(output: &[u8], now: u64) -> Option<Token> {
    let json: serde_json::Value = serde_json::from_slice(output).ok()?;
    let left = json["expires_on"].as_u64().map(|end| end.saturating_sub(now));
    Some(Token::lasting(json["accessToken"].as_str()?, left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_cli_says_is_read() {
        let token =
            read(br#"{"accessToken": "x", "expires_on": 1600, "expiresOn": "2026-01-01 00:00:00"}"#, 1000);
        assert_eq!(token.map(|token| token.secret).as_deref(), Some("x"));
        assert!(read(b"ERROR: Please run 'az login'", 0).is_none());
    }
}
