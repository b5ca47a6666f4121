//! The curl command in a text: its arguments, and what it reads from a pipe.

use super::cmd_words;
use super::error::CurlError;
use super::inputs::CurlInputs;
use super::shell_words::{Token, printed, tokens};

/// A command.
pub(super) struct Command {
    /// Without `curl` itself.
    pub arguments: Vec<Vec<u8>>,
    /// The output of the command before a pipe.
    pub input: Option<Vec<u8>>,
}

pub(super) fn read(text: &str, inputs: &dyn CurlInputs) -> Result<Command, CurlError> {
    if cmd_words::is_for_cmd(text) {
        let words = cmd_words::words(text)?.into_iter().map(String::into_bytes).collect();
        return Ok(Command { arguments: after_curl(words)?, input: None });
    }
    let mut pipelines = pipelines(tokens(text, inputs)?).into_iter();
    let first = pipelines.next().unwrap_or_default();
    if pipelines.any(|pipeline| pipeline.iter().any(|words| is_curl(words))) {
        return Err(CurlError::Refused {
            option: "a second command".to_owned(),
            reason: "a profile is one request: import each on its own",
        });
    }
    let at = first.iter().position(|words| is_curl(words)).unwrap_or(0);
    // What a response is piped to does not change the request.
    let mut before: Vec<Vec<Vec<u8>>> = first.into_iter().take(at.saturating_add(1)).collect();
    let arguments = after_curl(before.pop().unwrap_or_default())?;
    let input = match before.as_slice() {
        [] => None,
        [one] => Some(printed(one).ok_or_else(not_run)?),
        _ => return Err(not_run()),
    };
    Ok(Command { arguments, input })
}

fn not_run() -> CurlError {
    CurlError::Shell {
        line: 1,
        message:
            "the command before the pipe is not run: write its output to a file, and use --data-binary @FILE"
                .to_owned(),
    }
}

/// The words of each command of each pipeline.
fn pipelines(tokens: Vec<Token>) -> Vec<Vec<Vec<Vec<u8>>>> {
    let mut all: Vec<Vec<Vec<Vec<u8>>>> = Vec::new();
    let mut pipeline: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut words: Vec<Vec<u8>> = Vec::new();
    let mut piped = false;
    for token in tokens {
        match token {
            Token::Word(word) => {
                words.push(word);
                piped = false;
            }
            Token::Pipe => {
                pipeline.push(std::mem::take(&mut words));
                piped = true;
            }
            // After a pipe the command may start on the next line.
            Token::End if piped => {}
            Token::End => {
                if !words.is_empty() {
                    pipeline.push(std::mem::take(&mut words));
                }
                if !pipeline.is_empty() {
                    all.push(std::mem::take(&mut pipeline));
                }
            }
        }
    }
    if !words.is_empty() {
        pipeline.push(words);
    }
    if !pipeline.is_empty() {
        all.push(pipeline);
    }
    all
}

/// Whether a command is curl, also after a prompt or with a path.
fn is_curl(words: &[Vec<u8>]) -> bool {
    let mut words = words.iter().skip_while(|word| word.as_slice() == b"$");
    words.next().is_some_and(|word| {
        let name = word.rsplit(|byte| *byte == b'/').next().unwrap_or(word);
        name == b"curl" || name == b"curl.exe"
    })
}

fn after_curl(words: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, CurlError> {
    if !is_curl(&words) {
        let found = words.first().map(|word| String::from_utf8_lossy(word).into_owned());
        return Err(CurlError::NotCurl { found });
    }
    let prompts = words.iter().take_while(|word| word.as_slice() == b"$").count();
    Ok(words.into_iter().skip(prompts.saturating_add(1)).collect())
}
