//! What the tests of the embedded clouds share. In: a cloud that starts, and its cases as data. Out: panics that say
//! which type fails at what.
//!
//! A cloud's tests write three things:
//!
//! - **a fake**: what exists, as a value that implements [`Fake`]: it names calls, answers requests strictly as the
//!   cloud documents them, and says how the cloud refuses. [`Running`] puts it on a port, counts calls, and lets them go
//!   wrong ([`Mishap`]): throttled, failed or cut before and after they were carried out, and, where the cloud has long
//!   operations ([`Fake::FAILURE`]), taken and failed in the end; new things may appear late ([`Fake::delay`]).
//! - **a stand** ([`Stand`]): how the provider is started and configured for a server (a fake or an emulator), and how
//!   someone meddles behind its back. Where objects are JSON with ids, [`Meddling`] reads what tampers ask for, so that
//!   the same cases run on a fake ([`Store`]: [`merge`] puts it over the object) and on cloudemu ([`Emulated`]), an emulator
//!   in a process of its own; the stand is then little more than a [`Server`].
//! - **cases** ([`Case`], [`DataCase`]): one for each type at least, more where one configuration can't show all.
//!
//! Its tests are one line each:
//!
//! ```text
//! walk(&Arc::new(Cloud::<Stand>::start("").await), cases()).await;  // on an emulator
//! walk_strictly::<Stand>("", &cases).await;                         // on the fake, which is empty in the end
//! walk_on_cloudemu::<Stand>((FOLDER, ""), &cases).await;            // where TRUEUP_CLOUDEMU says where it is
//! every_call_goes_wrong_once::<Stand>("", &cases).await;            // each write in each way, all reads
//! every_call_goes_wrong_once_on_cloudemu::<Stand>((FOLDER, ""), &cases).await;
//! every_type_recovers(&Cloud::<Stand>::start("").await, &cases, MARKED).await;
//! read_data(&cloud, DATA.iter()).await;
//! assert_every_type_has_a_case::<Stand>(&cases);                    // and no attribute without one:
//! COVERAGE.assert_complete::<Stand>(&cases);
//! COVERAGE.assert_excused_with_reasons(&cases);
//! ```
//!
//! For what has no case there are the steps of an engine ([`Cloud`]), a [`Proxy`] that refuses and loses requests on the
//! way to a server, and programs installed for a test ([`Program`]).

mod case;
mod cloud;
mod compare;
mod coverage;
mod data;
mod documented;
mod emulator;
mod fake;
mod ground;
mod mishap;
mod names;
mod pages;
mod program;
mod proxy;
mod recover;
mod scene;
mod server;
mod stand;
mod stand_in;
mod trials;
mod walk;

pub use case::{CASE, Case, DATA_CASE, DataCase};
pub use cloud::{Cloud, configure, text, token, value};
pub use coverage::Coverage;
pub use data::{assert_every_data_source_has_a_case, read_data};
pub use documented::assert_documented;
pub use emulator::{CLOUDEMU, Emulator};
pub use fake::{Fake, Running, Trouble};
pub use mishap::{Ills, Mishap};
pub use names::Names;
pub use pages::write_pages;
pub use program::{Program, free_port};
pub use proxy::{Act, Proxy, Rule};
pub use recover::{Mark, assert_recovers, every_type_recovers};
pub use server::{Emulated, Server, Store};
pub use stand::{Meddling, Stand, merge};
pub use stand_in::stand_in;
pub use trials::{
    every_call_goes_wrong_once, every_call_goes_wrong_once_on_cloudemu, walk_on_cloudemu, walk_strictly,
};
pub use trueup_loopback::{Reply, Request, send};
pub use walk::{assert_every_type_has_a_case, walk};
