//! Whole runs on a cloud that the tests hold in their hands: plans, applies, kills, faults, drift.

mod adopt;
mod converge;
mod crash;
mod cut;
mod drift;
mod ephemeral;
mod exclude;
mod fault;
mod identity;
mod import;
mod interrupt;
mod keyed;
mod kill;
mod later;
mod many;
mod migrate;
mod options;
mod parallel;
mod pending;
mod record;
mod refusals;
mod rescue;
mod stage;
mod unseen;
