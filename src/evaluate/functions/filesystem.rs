//! Functions on paths and files.

use super::definition::{BOOL, STRING, string};
use super::glob::{GlobError, glob};
use super::{Call, FileKind, Function, FunctionError, Outcome, Parameter, Returns, path_text};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::ErrorKind;
use trueup_value::{Type, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new(
        "abspath",
        &[PATH],
        STRING,
        abspath,
        "The absolute form of a path, from the working directory.",
    ),
    Function::new("basename", &[PATH], STRING, basename, "The last part of a path."),
    Function::new("dirname", &[PATH], STRING, dirname, "All but the last part of a path."),
    Function::new("file", &[PATH.marked()], STRING, file, "The content of a file, which must be UTF-8."),
    Function::new("filebase64", &[PATH.marked()], STRING, filebase64, "The content of a file in Base64."),
    Function::new("fileexists", &[PATH.marked()], BOOL, fileexists, "Whether there is a file at a path."),
    Function::new(
        "fileset",
        &[PATH.marked(), Parameter::string("pattern").marked()],
        Returns::Always(|| Type::set(string())),
        fileset,
        "The paths of the files below a directory that match a pattern, relative to it.",
    ),
    Function::new(
        "pathexpand",
        &[PATH],
        STRING,
        pathexpand,
        "A path with the home directory of the user in place of ~ at its start.",
    ),
];

const PATH: Parameter = Parameter::string("path");

/// The path of an argument with `~` replaced, cleaned.
pub(super) fn located(call: &Call<'_>, index: usize) -> Result<String, FunctionError> {
    Ok(path_text::clean(&expanded(call, call.text(index))?))
}

/// A path with the home directory in place of `~`; none is needed for any other path.
fn expanded(call: &Call<'_>, path: &str) -> Result<String, FunctionError> {
    let Some(rest) = path.strip_prefix('~') else { return Ok(path.to_owned()) };
    if !rest.is_empty() && !rest.starts_with('/') {
        return Err(FunctionError::call(
            "only the home directory of the user who runs this can be written as ~",
        ));
    }
    let home = call.world.home_directory().ok_or_else(|| {
        FunctionError::call("the home directory isn't known: set the environment variable HOME")
    })?;
    Ok(path_text::join(&home, rest))
}

/// The bytes of the file that an argument names.
pub(super) fn read_bytes(call: &Call<'_>, index: usize) -> Result<Vec<u8>, FunctionError> {
    let path = located(call, index)?;
    call.world.read_file(&path).map_err(|error| {
        let shown = call.shown(index);
        let message = match error.kind() {
            ErrorKind::NotFound => format!(
                "there is no file at {shown}; only files that belong to the configuration can be read, so take what a \
                 resource is going to write from an attribute of that resource"
            ),
            ErrorKind::IsADirectory => format!("{shown} is a directory, not a file"),
            _ => format!("the file {shown} can't be read: {error}"),
        };
        FunctionError::argument(index, message)
    })
}

/// The text of the file that an argument names.
pub(super) fn read_text(call: &Call<'_>, index: usize) -> Result<String, FunctionError> {
    String::from_utf8(read_bytes(call, index)?).map_err(|_| {
        let shown = call.shown(index);
        FunctionError::call(format!(
            "the content of {shown} isn't UTF-8; filebase64 reads any content, and filesha256 and its like hash it"
        ))
    })
}

fn abspath(call: &Call<'_>) -> Outcome {
    let path = call.text(0);
    if path.starts_with('/') {
        return Ok(Value::string(path_text::clean(path)));
    }
    let here = call
        .world
        .working_directory()
        .map_err(|error| FunctionError::call(format!("the working directory isn't known: {error}")))?;
    Ok(Value::string(path_text::join(&here, path)))
}

fn basename(call: &Call<'_>) -> Outcome {
    Ok(Value::string(path_text::base(call.text(0))))
}

fn dirname(call: &Call<'_>) -> Outcome {
    Ok(Value::string(path_text::directory(call.text(0))))
}

fn pathexpand(call: &Call<'_>) -> Outcome {
    Ok(Value::string(expanded(call, call.text(0))?))
}

fn file(call: &Call<'_>) -> Outcome {
    Ok(Value::string(read_text(call, 0)?).mark(call.value(0).marks()))
}

fn filebase64(call: &Call<'_>) -> Outcome {
    Ok(Value::string(STANDARD.encode(read_bytes(call, 0)?)).mark(call.value(0).marks()))
}

fn fileexists(call: &Call<'_>) -> Outcome {
    let path = located(call, 0)?;
    let exists = match call.world.file_kind(&path) {
        Ok(FileKind::File) => true,
        Ok(FileKind::Directory) => {
            return Err(FunctionError::call(format!("{} is a directory, not a file", call.shown(0))));
        }
        Ok(FileKind::Other) => {
            return Err(FunctionError::call(format!("{} is neither a file nor a directory", call.shown(0))));
        }
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => false,
        Err(error) => {
            return Err(FunctionError::call(format!(
                "whether {} exists can't be told: {error}",
                call.shown(0)
            )));
        }
    };
    Ok(Value::from(exists).mark(call.value(0).marks()))
}

/// No path is longer.
const PATTERN_BYTES_MAX: usize = 4096;

fn fileset(call: &Call<'_>) -> Outcome {
    let directory = located(call, 0)?;
    if call.text(1).len() > PATTERN_BYTES_MAX {
        return Err(FunctionError::call(format!("the pattern is longer than {PATTERN_BYTES_MAX} bytes")));
    }
    let pattern = path_text::join(&directory, call.text(1));
    let found = glob(call.world, &pattern).map_err(|error| match error {
        GlobError::Syntax => FunctionError::call(format!(
            "the pattern {} has a bracket or brace that isn't closed",
            call.shown(1)
        )),
        GlobError::Endless => FunctionError::call(format!(
            "the search for {} takes more than {} steps; use a pattern with fewer \"*\" and \"{{}}\", and a directory whose links don't lead back into it",
            call.shown(1),
            super::glob::STEPS_MAX
        )),
        GlobError::Read(error) => {
            FunctionError::call(format!("the files that match {} can't be listed: {error}", call.shown(1)))
        }
    })?;
    let names = found.iter().filter_map(|path| path_text::relative(&directory, path));
    let marks = call.value(0).marks() | call.value(1).marks();
    Ok(Value::set(Type::String, names.map(Value::string)).mark(marks))
}
