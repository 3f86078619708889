//! The `pulls` block from text to settings.

use crate::pattern::Pattern;
use crate::pulls::{Forks, PullSettings};
use crate::read::Reader;
use std::sync::LazyLock;
use trueup_diag::{Diagnostic, nearest};
use trueup_parse::BodySchema;
use trueup_parse::ast::Block;

static PULLS: LazyLock<BodySchema> = LazyLock::new(|| {
    ["approvals", "owners", "require_stack_owners", "require_mergeable", "forks", "branches"]
        .into_iter()
        .fold(BodySchema::default(), BodySchema::optional)
});
const FORKS: [(&str, Forks); 2] = [("refused", Forks::Refused), ("planned", Forks::Planned)];

impl Reader<'_> {
    /// Takes over what a `pulls` block says.
    pub(crate) fn pulls(&mut self, block: &Block, settings: &mut PullSettings) {
        let content = self.content(block, &PULLS);
        let usual = PullSettings::default();
        *settings = PullSettings {
            approvals: self.count(&content, "approvals").unwrap_or(usual.approvals),
            owners: self.texts(&content, "owners"),
            require_stack_owners: self.truth(&content, "require_stack_owners"),
            require_mergeable: content.attribute("require_mergeable").is_none()
                || self.truth(&content, "require_mergeable"),
            forks: usual.forks,
            branches: self.texts(&content, "branches").into_iter().map(Pattern::new).collect(),
        };
        let Some(word) = self.text(&content, "forks") else { return };
        if let Some((_, forks)) = FORKS.iter().find(|(name, _)| *name == word) {
            settings.forks = *forks;
            return;
        }
        let detail = format!("\"{word}\" is not what becomes of pull requests out of forks.");
        let at = content.attribute("forks").map(|attribute| attribute.expr.span);
        let hint = nearest(&word, FORKS.iter().map(|(name, _)| *name)).map_or_else(
            || "say \"refused\" or \"planned\"".to_owned(),
            |near| format!("did you mean \"{near}\"?"),
        );
        self.diagnostics.push(Diagnostic::error("Invalid pulls block", detail).at_opt(at).hint(hint));
    }
}
