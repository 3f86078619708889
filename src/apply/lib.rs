//! Carries a plan out and writes the journal; decides nothing.
