//! The operations: validate, plan, apply, drift, console. In: a [`World`]. Out: plans, states, diagnostics.
//!
//! This is where rooms are wired to the outside; none of them knows another's insides.

mod adopting;
mod applying;
mod auditing;
mod backend;
mod bindings;
mod correcting;
mod drawing;
mod early;
mod files;
mod generate;
mod importing;
mod inputs;
mod journal;
mod ledger;
mod load;
mod made;
mod modules;
mod offers;
mod origins;
mod peek;
mod planning;
mod prompt;
mod providers;
mod record;
mod rescue;
mod retyped;
mod selection;
mod session;
mod surgery;
mod trial;
mod unresolved;
mod validate;
mod workspaces;
mod world;

pub use trueup_apply::Interrupt;

pub use adopting::{Adoption, Unadopted, adopt};
pub use applying::{ApplyOutcome, apply};
pub use auditing::audit;
pub use backend::{
    Approval, BackendSettings, Chosen, Initialized, Question, choose_backend, initialize_backend,
};
pub use correcting::{carry_out_correction, decide_correction, plan_correction};
pub use drawing::{Drawing, DrawnKind, DrawnNode, DrawnType};
pub use files::has_configuration;
pub use generate::generated_name;
pub use inputs::{Given, InputSources};
pub use ledger::{Holding, Ledger, LockOptions};
pub use load::{Loaded, NotOpened, load};
pub use modules::{ProviderNeed, TestModule, install_modules, providers_of, schemas_of};
pub use offers::unplannable;
pub use origins::origins;
pub use peek::{StateView, force_unlock, load_saved, open_state, read_state_file, remote_outputs};
pub use planning::PlanOptions;
pub use prompt::{Prompt, Said};
pub use providers::{Providers, StandIns};
pub use record::correct;
pub use session::{Planned, Session, SessionOptions};
pub use surgery::{Mark, Moved, PushError, Surgery, SurgeryOptions, push};
pub use trial::{Trial, load_module, read_globals};
pub use trueup_drift::{
    AttributeDrift, AttributeKind, DriftDocument, DriftKind, ResourceDrift, drift_document,
};
pub use trueup_evaluate::Schemas;
pub use validate::validate;
pub use workspaces::{Undeleted, Workspaces, is_overridden, select, selected};
pub use world::{Deprecations, Event, Observer, Random, Refreshed, TakenFrom, Unobserved, Wanted, World};
