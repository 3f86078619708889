//! Program to Sheet to desired values.
