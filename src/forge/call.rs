//! One call of a forge's API, as data.

use reqwest::Method;
use serde_json::Value as Json;

/// A call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Below the API's address, with a slash in front, its parts encoded.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Option<Json>,
    pub(crate) accept: Option<&'static str>,
    pub(crate) content: &'static str,
    /// What is tried: `read pull request 7`.
    pub(crate) what: String,
    /// What the token has to be granted for it.
    pub(crate) needs: &'static str,
    /// Whether nothing happens a second time when it comes a second time.
    pub(crate) is_repeatable: bool,
}

/// How the pages of a list are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paging {
    /// The header `Link` names the next page; the items are the body.
    Link,
    /// The field `next` names the next page; the items stand under `values`.
    Next,
    /// So many items are left out (`$skip`); a page with fewer than asked for is the last. The items stand under `value`.
    Skip(usize),
    /// All items come at once, under `value`.
    Once,
}

impl Call {
    fn new(method: Method, path: String, what: String, needs: &'static str) -> Call {
        Call {
            is_repeatable: method != Method::POST,
            method,
            path,
            query: Vec::new(),
            body: None,
            accept: None,
            content: "application/json",
            what,
            needs,
        }
    }

    pub(crate) fn get(path: impl Into<String>, what: impl Into<String>, needs: &'static str) -> Call {
        Call::new(Method::GET, path.into(), what.into(), needs)
    }

    pub(crate) fn post(path: impl Into<String>, what: impl Into<String>, needs: &'static str) -> Call {
        Call::new(Method::POST, path.into(), what.into(), needs)
    }

    pub(crate) fn put(path: impl Into<String>, what: impl Into<String>, needs: &'static str) -> Call {
        Call::new(Method::PUT, path.into(), what.into(), needs)
    }

    pub(crate) fn patch(path: impl Into<String>, what: impl Into<String>, needs: &'static str) -> Call {
        Call::new(Method::PATCH, path.into(), what.into(), needs)
    }

    /// With a parameter; one of the same name is replaced.
    pub(crate) fn query(mut self, name: &str, text: impl Into<String>) -> Call {
        self.query.retain(|(other, _)| other != name);
        self.query.push((name.to_owned(), text.into()));
        self
    }

    pub(crate) fn body(mut self, body: Json) -> Call {
        self.body = Some(body);
        self
    }

    pub(crate) fn accept(mut self, kind: &'static str) -> Call {
        self.accept = Some(kind);
        self
    }

    pub(crate) fn content(mut self, kind: &'static str) -> Call {
        self.content = kind;
        self
    }

    /// Says that nothing happens a second time, although it is a POST.
    pub(crate) fn repeatable(mut self) -> Call {
        self.is_repeatable = true;
        self
    }
}

/// Part of a path, with everything encoded that could end or split it.
pub(crate) fn part(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A path whose slashes stay.
pub(crate) fn parts(text: &str) -> String {
    text.split('/').map(part).collect::<Vec<_>>().join("/")
}
