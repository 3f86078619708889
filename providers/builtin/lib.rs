//! The provider terraform.io/builtin/terraform.
