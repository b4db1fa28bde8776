//! The tokens of the instance: one lets people make boards, the other administers it. From the environment or a file, never
//! from a flag.

use anyhow::{Context, Result, bail};
use gateway::Token;

/// Shortest token that is taken, in characters.
const MIN_CHARS: usize = 12;

/// Reads the token of a variable, or of the file that `…_FILE` names.
pub fn read(variable: &str) -> Result<Option<Token>> {
    choose(variable, std::env::var(variable).ok(), std::env::var(format!("{variable}_FILE")).ok())
}

/// The text of a variable, or of the file that `…_FILE` names.
pub fn text(variable: &str) -> Result<Option<String>> {
    choose_text(variable, std::env::var(variable).ok(), std::env::var(format!("{variable}_FILE")).ok())
}

fn choose_text(variable: &str, direct: Option<String>, file: Option<String>) -> Result<Option<String>> {
    match (direct, file) {
        (Some(_), Some(_)) => bail!("set {variable} or {variable}_FILE, not both"),
        (None, Some(path)) => {
            std::fs::read_to_string(&path).map(Some).with_context(|| format!("cannot read {path} ({variable}_FILE)"))
        }
        (direct, None) => Ok(direct),
    }
}

fn choose(variable: &str, direct: Option<String>, file: Option<String>) -> Result<Option<Token>> {
    let Some(token) = choose_text(variable, direct, file)? else { return Ok(None) };
    if token.trim().chars().count() < MIN_CHARS {
        bail!("{variable} is too short to be safe: at least {MIN_CHARS} characters");
    }
    Ok(Some(Token::of(&token)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_from_one_place_and_is_long() {
        let given = |text: &str| choose("T", Some(text.to_owned()), None);
        assert!(given("correct horse battery").expect("long").expect("given").is("correct horse battery\n"));
        assert!(given("short").is_err() && given("").is_err());
        assert!(choose("T", None, None).expect("none").is_none());
        assert!(choose("T", Some("correct horse battery".into()), Some("/x".into())).is_err());
        assert!(choose("T", None, Some("/nowhere/at/all".into())).is_err());
    }
}
