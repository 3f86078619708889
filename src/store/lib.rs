//! Where state lives: local files and object stores, locks.
