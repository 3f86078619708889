//! The command line: commands, human and JSON views.
