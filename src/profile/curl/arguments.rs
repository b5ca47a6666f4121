//! The arguments of curl: options with their values, in order.

use super::error::CurlError;
use super::options::{CurlOption, Meaning, long, short};

/// An option as given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    /// As typed: `-d`, `--data`; `URL` for an argument that is no option.
    pub name: String,
    pub meaning: Meaning,
    /// Empty for a switch.
    pub value: Vec<u8>,
}

/// Parses what follows `curl`.
pub(super) fn given(words: Vec<Vec<u8>>) -> Result<Vec<Given>, CurlError> {
    let mut all = Vec::new();
    let mut words = words.into_iter();
    let mut only_urls = false;
    while let Some(word) = words.next() {
        match word.as_slice() {
            b"--" if !only_urls => only_urls = true,
            [b'-', b'-', name @ ..] if !only_urls => {
                let name = String::from_utf8_lossy(name).into_owned();
                let option = long(&name).ok_or_else(|| CurlError::UnknownOption(format!("--{name}")))?;
                all.push(with_value(format!("--{name}"), option, None, &mut words)?);
            }
            [b'-', _, ..] if !only_urls => cluster(&word[1..], &mut words, &mut all)?,
            _ => all.push(Given { name: "URL".to_owned(), meaning: Meaning::Url, value: word }),
        }
    }
    Ok(all)
}

/// Letters after one dash: switches, of which the last may have a value, directly after it or in the next word.
fn cluster(
    letters: &[u8],
    words: &mut impl Iterator<Item = Vec<u8>>,
    all: &mut Vec<Given>,
) -> Result<(), CurlError> {
    let mut rest = letters;
    while let Some((letter, after)) = rest.split_first() {
        let letter = char::from(*letter);
        let option = short(letter).ok_or_else(|| CurlError::UnknownOption(format!("-{letter}")))?;
        let attached = (option.has_value && !after.is_empty()).then(|| after.to_vec());
        let ends = option.has_value;
        all.push(with_value(format!("-{letter}"), option, attached, words)?);
        if ends {
            break;
        }
        rest = after;
    }
    Ok(())
}

fn with_value(
    name: String,
    option: CurlOption,
    attached: Option<Vec<u8>>,
    words: &mut impl Iterator<Item = Vec<u8>>,
) -> Result<Given, CurlError> {
    if let Meaning::Refused(reason) = option.meaning {
        return Err(CurlError::Refused { option: name, reason });
    }
    let value = match (option.has_value, attached) {
        (false, _) => Vec::new(),
        (true, Some(attached)) => attached,
        (true, None) => words.next().ok_or_else(|| CurlError::NoValue(name.clone()))?,
    };
    Ok(Given { name, meaning: option.meaning, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<Vec<(String, String)>, CurlError> {
        let words = words.iter().map(|word| word.as_bytes().to_vec()).collect();
        let text = |given: Given| (given.name, String::from_utf8(given.value).unwrap());
        Ok(given(words)?.into_iter().map(text).collect())
    }

    #[test]
    fn letters_are_joined_as_curl_allows() {
        let found = parsed(&["-sSLXPOST", "-d", "a", "-Hx: y", "http://x/", "--", "-z"]).unwrap();
        let found: Vec<_> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            found,
            [
                ("-s", ""),
                ("-S", ""),
                ("-L", ""),
                ("-X", "POST"),
                ("-d", "a"),
                ("-H", "x: y"),
                ("URL", "http://x/"),
                ("URL", "-z")
            ]
        );
    }

    #[test]
    fn errors_name_the_option() {
        for (words, wanted) in [
            (["--nonsense"].as_slice(), "curl has no option --nonsense that is known here"),
            (&["-X"], "-X needs a value"),
            (&["-I"], "-I cannot be imported: it makes a HEAD request"),
            (&["--next"], "--next cannot be imported"),
        ] {
            let error = parsed(words).expect_err("wrong").to_string();
            assert!(error.starts_with(wanted), "{error}");
        }
    }
}
