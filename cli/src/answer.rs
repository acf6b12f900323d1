//! What a command answers.

/// A command's answer.
pub(crate) struct Answer {
    pub(crate) text: String,
    /// Whether a script may go on: the exit code is 0 then, else 1.
    pub(crate) all_is_well: bool,
}

impl From<String> for Answer {
    fn from(text: String) -> Answer {
        Answer { text, all_is_well: true }
    }
}
