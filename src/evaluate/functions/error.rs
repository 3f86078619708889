//! What can be wrong with a call.

use super::Function;

/// Which of the four ways a call can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Fewer arguments than the function needs; the first one missing, by its place.
    NotEnoughArguments(usize),
    /// More arguments than the function takes; the first one too many, by its place.
    TooManyArguments(usize),
    /// The argument at this place isn't acceptable.
    Argument(usize),
    /// The arguments are each acceptable but the function can't do its work.
    Call,
}

/// Why a call gave no value. Never holds the text of a sensitive argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// Which way the call is wrong.
    pub kind: ErrorKind,
    /// What is wrong, as the end of a sentence without a full stop.
    pub message: String,
}

impl FunctionError {
    /// The argument at place `index` isn't acceptable.
    pub fn argument(index: usize, message: impl Into<String>) -> FunctionError {
        FunctionError { kind: ErrorKind::Argument(index), message: message.into() }
    }

    /// The text it would make is longer than any text may be.
    pub(super) fn too_long() -> FunctionError {
        let most = crate::expression::bounds::TEXT_BYTES_MAX;
        FunctionError::call(format!("the result would be longer than {most} bytes, the most a text can have"))
    }

    /// The function can't do its work.
    pub fn call(message: impl Into<String>) -> FunctionError {
        FunctionError { kind: ErrorKind::Call, message: message.into() }
    }

    /// The place of the argument to blame, if it is one argument.
    pub fn place(&self) -> Option<usize> {
        match self.kind {
            ErrorKind::Argument(index) | ErrorKind::TooManyArguments(index) => Some(index),
            ErrorKind::NotEnoughArguments(_) | ErrorKind::Call => None,
        }
    }

    /// The summary of the diagnostic.
    pub fn summary(&self) -> &'static str {
        match self.kind {
            ErrorKind::NotEnoughArguments(_) => "Not enough function arguments",
            ErrorKind::TooManyArguments(_) => "Too many function arguments",
            ErrorKind::Argument(_) => "Invalid function argument",
            ErrorKind::Call => "Error in function call",
        }
    }

    /// The detail of the diagnostic.
    pub fn detail(&self, function: &Function) -> String {
        let name = function.name;
        let wanted = function.parameters.len();
        match self.kind {
            ErrorKind::NotEnoughArguments(index) => {
                let missing = function.parameter(index).map_or("", |parameter| parameter.name);
                let least = if function.variadic.is_some() { "at least " } else { "" };
                format!("Function {name:?} needs {least}{wanted} argument(s); there is none for {missing:?}.")
            }
            ErrorKind::TooManyArguments(_) => format!("Function {name:?} takes only {wanted} argument(s)."),
            ErrorKind::Argument(index) => {
                let parameter = function.parameter(index).map_or("", |parameter| parameter.name);
                format!("Unsuitable value for parameter {parameter:?} of {name:?}: {}.", self.message)
            }
            ErrorKind::Call => format!("The call of function {name:?} failed: {}.", self.message),
        }
    }
}
