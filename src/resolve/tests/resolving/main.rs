//! Whole configurations through the resolver: what is reported, what the program is, how long it takes.

mod damage;
mod entry;
mod fixture;
mod print;
mod programs;
mod reports;
mod scale;
