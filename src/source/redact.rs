//! Takes credentials out of text that contains addresses.

/// The text with the user and password of every address in it left out, and secret query values replaced.
///
/// A user name alone stays for SSH (`ssh://git@host`), where it is part of the address and no secret; over
/// HTTP it may be a token and goes.
pub fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        rest = redact_authority(before, after, &mut out);
    }
    out.push_str(rest);
    redact_query(&out)
}

/// Writes what may stay of the user in front of the host and returns what follows.
fn redact_authority<'a>(before: &str, after: &'a str, out: &mut String) -> &'a str {
    let end =
        after.find(|c: char| c == '/' || c == '?' || c == '#' || c.is_whitespace() || "'\"<>".contains(c));
    let authority = &after[..end.unwrap_or(after.len())];
    let Some(at) = authority.rfind('@') else { return after };
    let user = &authority[..at];
    if before.ends_with("ssh://") && !user.contains(':') {
        return after;
    }
    if before.ends_with("ssh://") {
        out.push_str(user.split(':').next().unwrap_or_default());
        out.push('@');
    }
    &after[at + 1..]
}

const SECRET_KEYS: [&str; 6] =
    ["sshkey=", "token=", "access_token=", "aws_access_key_secret=", "aws_access_token=", "password="];

fn redact_query(text: &str) -> String {
    let mut out = text.to_owned();
    for key in SECRET_KEYS {
        for lead in ['?', '&'] {
            out = redact_value(&out, &format!("{lead}{key}"));
        }
    }
    out
}

fn redact_value(text: &str, marker: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(marker) {
        let (before, after) = rest.split_at(at + marker.len());
        out.push_str(before);
        out.push_str("redacted");
        let end = after.find(|c: char| c == '&' || c == '#' || c.is_whitespace() || "'\"".contains(c));
        rest = &after[end.unwrap_or(after.len())..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn credentials_are_left_out() {
        let cases = [
            ("git::https://u:p@example.com/x.git", "git::https://example.com/x.git"),
            ("https://ghp_token@example.com/x", "https://example.com/x"),
            ("ssh://git@example.com/x", "ssh://git@example.com/x"),
            ("ssh://git:secret@example.com/x", "ssh://git@example.com/x"),
            ("at 'https://a:b@c/d' and https://e:f@g", "at 'https://c/d' and https://g"),
            ("https://a:b@c@d/e", "https://d/e"),
            ("git@example.com:a/b.git", "git@example.com:a/b.git"),
            ("https://example.com/a@b", "https://example.com/a@b"),
            ("https://h/x?sshkey=abc&ref=v1", "https://h/x?sshkey=redacted&ref=v1"),
            ("https://h/x?ref=v1&token=abc", "https://h/x?ref=v1&token=redacted"),
            ("no address at all", "no address at all"),
        ];
        for (given, expected) in cases {
            assert_eq!(redact(given), expected, "{given}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_password_never_survives(user in "[a-z]{1,8}", host in "[a-z]{1,8}", path in "[a-z/]{0,8}") {
            let text = format!("tried https://{user}:S3CRET@{host}/{path} twice, https://S3CRET@{host}");
            proptest::prop_assert!(!redact(&text).contains("S3CRET"));
        }

        #[test]
        fn any_text_is_taken(text in ".{0,80}") {
            let once = redact(&text);
            proptest::prop_assert_eq!(redact(&once), once);
        }
    }
}
