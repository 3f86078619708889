//! Whole runs on a cloud that the tests hold in their hands: plans, applies, kills, faults, drift.

mod converge;
mod crash;
mod cut;
mod fault;
mod interrupt;
mod kill;
mod stage;
