//! Trees to a Program: modules, declarations, references resolved to slots.
