//! The words of a command for a POSIX shell or bash, without running anything.
//!
//! What browsers, Postman and `preview --curl` write needs little of the shell's grammar: quotes (also bash's
//! `$'…'`), line continuations, comments, a variable (`${NAME:?}`), and `printf` in `$(…)` or before a pipe. Anything
//! that would run another program is an error.

use std::iter::Peekable;
use std::str::Chars;

use super::error::CurlError;
use super::inputs::CurlInputs;

/// A piece of a shell command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word, as the program would get it.
    Word(Vec<u8>),
    /// `|`
    Pipe,
    /// A line feed, `;` or `&&`: the next command.
    End,
}

/// Splits a text.
pub(super) fn tokens(text: &str, inputs: &dyn CurlInputs) -> Result<Vec<Token>, CurlError> {
    Lexer { rest: text.chars().peekable(), line: 1, inputs }.all()
}

struct Lexer<'a> {
    rest: Peekable<Chars<'a>>,
    line: usize,
    inputs: &'a dyn CurlInputs,
}

impl Lexer<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.next();
        if next == Some('\n') {
            self.line = self.line.saturating_add(1);
        }
        next
    }

    fn error(&self, message: impl Into<String>) -> CurlError {
        CurlError::Shell { line: self.line, message: message.into() }
    }

    fn all(mut self) -> Result<Vec<Token>, CurlError> {
        let mut tokens = Vec::new();
        while let Some(&next) = self.rest.peek() {
            match next {
                '\n' | ';' => {
                    self.next();
                    tokens.push(Token::End);
                }
                '#' => while self.rest.next_if(|c| *c != '\n').is_some() {},
                '|' => {
                    self.next();
                    tokens.push(Token::Pipe);
                }
                '&' => {
                    self.next();
                    if self.rest.next_if_eq(&'&').is_none() {
                        return Err(self.error("`&` outside quotes ends a command: put the URL in quotes"));
                    }
                    tokens.push(Token::End);
                }
                ')' => return Err(self.parenthesis()),
                blank if blank.is_whitespace() => {
                    self.next();
                }
                _ => {
                    if let Some(word) = self.word()? {
                        tokens.push(Token::Word(word));
                    }
                }
            }
        }
        Ok(tokens)
    }

    /// One word; none for a line continuation alone.
    fn word(&mut self) -> Result<Option<Vec<u8>>, CurlError> {
        let mut word = Vec::new();
        let mut found = false;
        while let Some(&next) = self.rest.peek() {
            match next {
                '|' | '&' | ';' | ')' => break,
                blank if blank.is_whitespace() => break,
                '<' | '>' => {
                    return Err(
                        self.error(format!("`{next}` outside quotes redirects: quote it, or remove it"))
                    );
                }
                '(' => return Err(self.parenthesis()),
                _ => {}
            }
            self.next();
            match next {
                '\\' => match self.next() {
                    Some('\n') => continue,
                    Some(literal) => push(&mut word, literal),
                    None => return Err(self.error("nothing follows the last `\\`")),
                },
                '\'' => self.single(&mut word)?,
                '"' => self.double(&mut word)?,
                '$' => self.dollar(&mut word, false)?,
                '`' => return Err(self.substitution()),
                plain => push(&mut word, plain),
            }
            found = true;
        }
        Ok(found.then_some(word))
    }

    fn single(&mut self, word: &mut Vec<u8>) -> Result<(), CurlError> {
        let start = self.line;
        loop {
            match self.next() {
                Some('\'') => return Ok(()),
                Some(c) => push(word, c),
                None => return Err(unclosed(start, '\'')),
            }
        }
    }

    fn double(&mut self, word: &mut Vec<u8>) -> Result<(), CurlError> {
        let start = self.line;
        loop {
            match self.next() {
                Some('"') => return Ok(()),
                Some('\\') => match self.next() {
                    Some('\n') => {}
                    Some(c @ ('$' | '`' | '"' | '\\')) => push(word, c),
                    Some(c) => {
                        word.push(b'\\');
                        push(word, c);
                    }
                    None => return Err(unclosed(start, '"')),
                },
                Some('$') => self.dollar(word, true)?,
                Some('`') => return Err(self.substitution()),
                Some(c) => push(word, c),
                None => return Err(unclosed(start, '"')),
            }
        }
    }

    /// What follows a `$`.
    fn dollar(&mut self, word: &mut Vec<u8>, in_quotes: bool) -> Result<(), CurlError> {
        match self.rest.peek() {
            Some('\'') if !in_quotes => {
                self.next();
                self.ansi_c(word)
            }
            Some('"') if !in_quotes => {
                self.next();
                self.double(word)
            }
            Some('(') => {
                self.next();
                self.printf(word)
            }
            Some('{') => {
                self.next();
                let name = self.name();
                // `${NAME:?}` and `${NAME?text}` are the variable, or an error without it.
                let mut message = self.rest.clone();
                if message.next_if_eq(&':').is_some() && message.peek() == Some(&'?') {
                    self.next();
                }
                if self.rest.peek() == Some(&'?') {
                    while self.rest.next_if(|c| *c != '}' && *c != '\n').is_some() {}
                }
                if name.is_empty() || self.next() != Some('}') {
                    return Err(self.error("write the value instead of this `${…}`"));
                }
                self.variable(&name, word)
            }
            Some(c) if c.is_ascii_alphabetic() || *c == '_' => {
                let name = self.name();
                self.variable(&name, word)
            }
            _ => {
                word.push(b'$');
                Ok(())
            }
        }
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(c) = self.rest.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
            name.push(c);
        }
        name
    }

    fn variable(&self, name: &str, word: &mut Vec<u8>) -> Result<(), CurlError> {
        let value = self.inputs.variable(name).map_err(|message| self.error(message))?;
        word.extend_from_slice(value.as_bytes());
        Ok(())
    }

    /// `printf FORMAT)`, which `preview --curl` writes for invisible characters.
    fn printf(&mut self, word: &mut Vec<u8>) -> Result<(), CurlError> {
        let mut inner = Vec::new();
        loop {
            match self.rest.peek() {
                Some(')') => {
                    self.next();
                    break;
                }
                Some(blank) if blank.is_whitespace() => {
                    self.next();
                }
                Some('|' | '&' | ';') => return Err(self.substitution()),
                Some(_) => inner.extend(self.word()?),
                None => return Err(self.error("`$(` is not closed")),
            }
        }
        let mut output = printed(&inner).ok_or_else(|| self.substitution())?;
        while output.last() == Some(&b'\n') {
            output.pop();
        }
        word.extend(output);
        Ok(())
    }

    fn parenthesis(&self) -> CurlError {
        self.error("a parenthesis outside quotes has a meaning for a shell: quote it")
    }

    fn substitution(&self) -> CurlError {
        self.error("a command in `$(…)` is not run: write its output instead")
    }

    /// The rest of `$'…'`, as bash and zsh read it.
    fn ansi_c(&mut self, word: &mut Vec<u8>) -> Result<(), CurlError> {
        let start = self.line;
        loop {
            match self.next() {
                Some('\'') => return Ok(()),
                Some('\\') => self.escape(word)?,
                Some(c) => push(word, c),
                None => return Err(unclosed(start, '\'')),
            }
        }
    }

    fn escape(&mut self, word: &mut Vec<u8>) -> Result<(), CurlError> {
        match self.next() {
            Some('n') => word.push(b'\n'),
            Some('t') => word.push(b'\t'),
            Some('r') => word.push(b'\r'),
            Some('a') => word.push(7),
            Some('b') => word.push(8),
            Some('e' | 'E') => word.push(27),
            Some('f') => word.push(12),
            Some('v') => word.push(11),
            Some(c @ ('\\' | '\'' | '"' | '?')) => push(word, c),
            Some('x') => match self.digits(16, 2) {
                Some(code) => word.push(u8::try_from(code).unwrap_or(b'?')),
                None => word.extend_from_slice(b"\\x"),
            },
            Some(c @ ('u' | 'U')) => {
                let Some(mut code) = self.digits(16, if c == 'u' { 4 } else { 8 }) else {
                    return Err(self.error(format!("`\\{c}` needs hexadecimal digits")));
                };
                // Chrome writes a character beyond U+FFFF as two surrogates.
                if (0xd800..0xdc00).contains(&code) {
                    let mut ahead = self.rest.clone();
                    if ahead.next() == Some('\\') && ahead.next() == Some('u') {
                        self.next();
                        self.next();
                        let low = self.digits(16, 4).unwrap_or(0);
                        code = pair(code, low).unwrap_or(code);
                    }
                }
                let c = char::from_u32(code)
                    .ok_or_else(|| self.error(format!("U+{code:04X} is not a character")))?;
                push(word, c);
            }
            Some(c @ '0'..='7') => {
                let first = c.to_digit(8).unwrap_or(0);
                let mut code = first;
                for _ in 0..2 {
                    let Some(digit) = self.rest.peek().and_then(|c| c.to_digit(8)) else { break };
                    self.next();
                    code = code.saturating_mul(8).saturating_add(digit);
                }
                word.push(u8::try_from(code & 0xff).unwrap_or(b'?'));
            }
            Some(other) => {
                word.push(b'\\');
                push(word, other);
            }
            None => return Err(unclosed(self.line, '\'')),
        }
        Ok(())
    }

    /// Up to so many digits.
    fn digits(&mut self, radix: u32, most: usize) -> Option<u32> {
        let mut number = None;
        for _ in 0..most {
            let Some(digit) = self.rest.peek().and_then(|c| c.to_digit(radix)) else { break };
            self.next();
            number = Some(number.unwrap_or(0_u32).saturating_mul(radix).saturating_add(digit));
        }
        number
    }
}

/// The character of two surrogates.
fn pair(high: u32, low: u32) -> Option<u32> {
    let offset = high.checked_sub(0xd800)?.checked_mul(0x400)?;
    (0xdc00..0xe000).contains(&low).then_some(())?;
    offset.checked_add(low.checked_sub(0xdc00)?)?.checked_add(0x1_0000)
}

/// What `printf FORMAT` or `echo TEXT` prints; none for another command.
pub(super) fn printed(words: &[Vec<u8>]) -> Option<Vec<u8>> {
    match words {
        [command, format] if command == b"printf" => format_printed(format),
        [command, rest @ ..] if command == b"echo" => {
            let (line_feed, rest) = match rest {
                [first, rest @ ..] if first == b"-n" => (false, rest),
                _ => (true, rest),
            };
            let mut output = rest.join(&b' ');
            if line_feed {
                output.push(b'\n');
            }
            Some(output)
        }
        _ => None,
    }
}

/// A format without conversions other than `%%`.
fn format_printed(format: &[u8]) -> Option<Vec<u8>> {
    let mut output = Vec::new();
    let mut rest = format.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => output.push(rest.next_if_eq(&b'%')?),
            b'\\' => match rest.next()? {
                b'n' => output.push(b'\n'),
                b'r' => output.push(b'\r'),
                b't' => output.push(b'\t'),
                b'\\' => output.push(b'\\'),
                digit @ b'0'..=b'7' => {
                    let mut code = u32::from(digit.saturating_sub(b'0'));
                    for _ in 0..2 {
                        let Some(digit) = rest.next_if(|byte| (b'0'..=b'7').contains(byte)) else { break };
                        code = code.saturating_mul(8).saturating_add(u32::from(digit.saturating_sub(b'0')));
                    }
                    output.push(u8::try_from(code).ok()?);
                }
                _ => return None,
            },
            other => output.push(other),
        }
    }
    Some(output)
}

fn push(word: &mut Vec<u8>, c: char) {
    word.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

fn unclosed(line: usize, quote: char) -> CurlError {
    CurlError::Shell { line, message: format!("this {quote} has no end") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::curl::inputs::NoInputs;

    struct One;
    impl CurlInputs for One {
        fn variable(&self, name: &str) -> Result<String, String> {
            if name == "KEY" { Ok("s3".to_owned()) } else { Err(format!("${name} is not set")) }
        }
        fn file(&self, name: &str) -> Result<Vec<u8>, String> {
            Err(name.to_owned())
        }
    }

    fn words(text: &str) -> Vec<String> {
        tokens(text, &One)
            .unwrap_or_else(|error| panic!("{text}: {error}"))
            .into_iter()
            .map(|token| match token {
                Token::Word(word) => String::from_utf8(word).unwrap(),
                Token::Pipe => "|".to_owned(),
                Token::End => ";".to_owned(),
            })
            .collect()
    }

    #[test]
    fn words_are_those_that_a_shell_makes() {
        for (text, wanted) in [
            ("curl 'a b'\\''c' \"d\\\"e\\$f\\g\"", vec!["curl", "a b'c", "d\"e$f\\g"]),
            ("curl \\\n  -X POST \\\n -s", vec!["curl", "-X", "POST", "-s"]),
            ("a # comment 'x\nb", vec!["a", ";", "b"]),
            ("a#b '' c", vec!["a#b", "", "c"]),
            ("$'a\\n\\u00e9\\x41\\'\\101\\ud83d\\ude00'", vec!["a\néA'A😀"]),
            ("\"x-${KEY:?}-$KEY\" ${KEY?set it} 5$", vec!["x-s3-s3", "s3", "5$"]),
            ("\"$(printf 'a\\303\\251%%\\055')\"", vec!["aé%-"]),
            ("printf 'x' | curl @-; a && b", vec!["printf", "x", "|", "curl", "@-", ";", "a", ";", "b"]),
        ] {
            assert_eq!(words(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_a_shell_would_run_is_an_error_with_its_line() {
        for (text, wanted) in [
            ("curl\n'a", "line 2: this ' has no end"),
            ("curl https://x/?a=1&b=2", "line 1: `&` outside quotes"),
            ("curl \"$(cat key)\"", "line 1: a command in `$(…)` is not run"),
            ("curl `id`", "line 1: a command in"),
            ("curl \"$(a|b)\"", "line 1: a command in"),
            ("curl a)", "line 1: a parenthesis"),
            ("curl > x", "line 1: `>` outside quotes redirects"),
            ("curl \"${A:-b}\"", "line 1: write the value instead"),
        ] {
            let error = tokens(text, &One).expect_err(text).to_string();
            assert!(error.starts_with(wanted), "{text}: {error}");
        }
        let error = tokens("curl $KEY", &NoInputs).expect_err("no variables").to_string();
        assert!(error.contains("$KEY"), "{error}");
    }
}
