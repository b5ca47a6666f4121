//! The words of a command for the Windows command prompt, as browsers copy it (*Copy as cURL (cmd)*).

use super::error::CurlError;

/// Whether a text is meant for the Windows command prompt: carets escape there, and end a line that continues.
pub(super) fn is_for_cmd(text: &str) -> bool {
    text.contains("^\"") || text.lines().any(|line| line.ends_with(" ^"))
}

/// Splits a text into the arguments that a program gets: first by the rules of the prompt (carets), then by those of
/// C programs (quotes and backslashes).
pub(super) fn words(text: &str) -> Result<Vec<String>, CurlError> {
    arguments(&without_carets(text))
}

/// Outside quotes a caret makes the next character a plain one; a line feed after it is dropped, and the character
/// after that is a plain one too.
fn without_carets(text: &str) -> Vec<char> {
    let mut plain = Vec::new();
    let mut in_quotes = false;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '^' if !in_quotes => match rest.next() {
                Some('\n') => plain.extend(rest.next()),
                other => plain.extend(other),
            },
            '"' => {
                in_quotes = !in_quotes;
                plain.push(c);
            }
            // A line feed that no caret precedes ends the command.
            '\n' if !in_quotes => break,
            other => plain.push(other),
        }
    }
    plain
}

fn arguments(text: &[char]) -> Result<Vec<String>, CurlError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut in_quotes = false;
    let mut rest = text.iter().copied().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => {
                let mut count = 1_usize;
                while rest.next_if_eq(&'\\').is_some() {
                    count = count.saturating_add(1);
                }
                let before_quote = rest.peek() == Some(&'"');
                let kept = if before_quote { count / 2 } else { count };
                let into = word.get_or_insert_default();
                into.extend(std::iter::repeat_n('\\', kept));
                if before_quote && !count.is_multiple_of(2) {
                    rest.next();
                    into.push('"');
                }
            }
            '"' => {
                if in_quotes && rest.next_if_eq(&'"').is_some() {
                    word.get_or_insert_default().push('"');
                } else {
                    in_quotes = !in_quotes;
                    word.get_or_insert_default();
                }
            }
            blank if !in_quotes && blank.is_whitespace() => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    if in_quotes {
        return Err(CurlError::Shell { line: 1, message: "a \" has no end".to_owned() });
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_and_quotes_are_those_of_browsers() {
        let text = "curl ^\"https://x.example/?a=1^&b=^%^20^\" ^\n  -H ^\"accept: */*^\" ^\n  --data-raw ^\"^{^\\^\"a^\\^\":^\\^\"x\\\\y^\\^\"^}^\"";
        assert!(is_for_cmd(text));
        let found = words(text).unwrap();
        assert_eq!(
            found,
            ["curl", "https://x.example/?a=1&b=%20", "-H", "accept: */*", "--data-raw", r#"{"a":"x\\y"}"#]
        );
        let older = "curl \"https://x.example/\" -H \"a: ^b\" ^\n --data-raw \"{\"\"a\"\":1}\"";
        assert_eq!(
            words(older).unwrap(),
            ["curl", "https://x.example/", "-H", "a: ^b", "--data-raw", "{\"a\":1}"]
        );
    }

    #[test]
    fn a_shell_command_is_not_taken_for_one() {
        assert!(!is_for_cmd("curl 'https://x/' \\\n -H 'a: ^b'"));
        assert!(words("curl ^\"x").is_err());
    }
}
