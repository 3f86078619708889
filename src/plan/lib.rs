//! Changes to a plan: a table of steps with edges between them.
