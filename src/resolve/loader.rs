//! Where the texts of modules come from: the caller's business.

use crate::program::ModuleCall;
use trueup_addr::ModulePath;
use trueup_diag::Diagnostic;

/// The configuration files of one module.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The directory as shown to people, `.` for the working directory. Modules with the same directory are one
    /// source and compiled once.
    pub dir: String,
    /// Name of each file without its directory, and its text. Names that aren't of configuration are passed over.
    pub files: Vec<(String, String)>,
}

/// Gives the files of modules.
pub trait Loader {
    /// The root module.
    fn root(&mut self) -> Result<Files, Box<Diagnostic>>;

    /// The module that `call`, written in a module in `parent_dir`, calls; `path` is the called module's.
    /// A diagnostic without a place is reported at the call.
    fn child(
        &mut self,
        path: &ModulePath,
        parent_dir: &str,
        call: &ModuleCall,
    ) -> Result<Files, Box<Diagnostic>>;
}
