//! What a command answers.

/// A command's answer.
pub(crate) struct Answer {
    /// What goes to stdout: text, or the bytes of what was exported.
    pub(crate) output: Vec<u8>,
    /// Whether a script may go on: the exit code is 0 then, else 1.
    pub(crate) all_is_well: bool,
}

impl Answer {
    pub(crate) fn text(text: String, all_is_well: bool) -> Answer {
        Answer { output: text.into_bytes(), all_is_well }
    }
}

impl From<String> for Answer {
    fn from(text: String) -> Answer {
        Answer::text(text, true)
    }
}

impl From<Vec<u8>> for Answer {
    fn from(output: Vec<u8>) -> Answer {
        Answer { output, all_is_well: true }
    }
}
