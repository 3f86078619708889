//! What this room promises, held against real repositories made in temporary directories.

mod addresses;
mod changing;
mod commits;
mod containers;
mod describing;
mod fetching;
mod git_server;
mod installing;
mod proposing;
mod registries;
mod sandbox;
