//! Extendable-output functions.

/// An XOF that takes input.
pub trait XofState: Send + Sync {
    /// Takes in more.
    fn update(&mut self, part: &[u8]);
    /// Ends the input; the output can be read from now on.
    fn finish(self: Box<Self>) -> Box<dyn XofOutput>;
}

/// An XOF that gives output.
pub trait XofOutput: Send + Sync {
    /// Fills `into` with the bytes that come next.
    fn read(&mut self, into: &mut [u8]);
}

/// An extendable-output function.
#[derive(Clone, Copy)]
pub struct Xof {
    /// Begins one.
    pub begin: fn() -> Box<dyn XofState>,
}
