//! The provider trait, its requests and answers.
