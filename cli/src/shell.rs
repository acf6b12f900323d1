//! Variables as a shell reads them.

use clap::ValueEnum;

/// Who reads the variables.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    /// sh, bash, dash, zsh: `eval "$(twintoken env)"`
    Sh,
    /// fish: `twintoken env --format fish | source`
    Fish,
    /// An object with a member for each variable; a variable to unset is null
    Json,
}

/// Variables to set, and to unset where there is no value.
pub(crate) fn lines(format: Format, variables: &[(&str, Option<String>)]) -> String {
    let line = |(name, value): &(&str, Option<String>)| match (format, value) {
        // The semicolons keep an `eval $(…)` right that forgot its quotes.
        (Format::Fish, Some(value)) => format!("set -gx {name} {};\n", fish(value)),
        (Format::Fish, None) => format!("set -e {name};\n"),
        (_, Some(value)) => format!("export {name}={};\n", sh(value)),
        (_, None) => format!("unset {name};\n"),
    };
    if let Format::Json = format {
        let member = |(name, value): &(&str, Option<String>)| ((*name).to_owned(), serde_json::json!(value));
        let object: serde_json::Map<_, _> = variables.iter().map(member).collect();
        return format!("{:#}\n", serde_json::Value::Object(object));
    }
    variables.iter().map(line).collect()
}

/// Single quotes keep everything but a single quote, which ends them, stands escaped and begins them again.
fn sh(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// In fish's single quotes only `\` and `'` mean something.
fn fish(value: &str) -> String {
    format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NASTY: &str = "it's $HOME `id` \\ \"quoted\"\nsecond line";

    #[test]
    fn sh_gets_back_exactly_what_was_quoted() {
        let script = format!("{}printf %s \"$X\"", lines(Format::Sh, &[("X", Some(NASTY.to_owned()))]));
        let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), NASTY);
    }

    #[test]
    fn fish_quotes_its_two_special_characters() {
        assert_eq!(lines(Format::Fish, &[("X", Some(r"it's \".into()))]), "set -gx X 'it\\'s \\\\';\n");
        assert_eq!(lines(Format::Fish, &[("X", None)]), "set -e X;\n");
    }

    #[test]
    fn json_says_null_for_a_variable_to_unset() {
        let text = lines(Format::Json, &[("X", Some(NASTY.to_owned())), ("Y", None)]);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value, serde_json::json!({ "X": NASTY, "Y": null }));
    }
}
