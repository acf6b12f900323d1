//! Key derivation in steps, as PSA has it: inputs by step, then a stream of bytes.

use crate::fault::Fault;
use crate::key::algorithm::Hash;
use crate::key::key_type::KeyType;
use crate::secret::Secret;

/// A psa_key_derivation_step_t.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Step(pub u16);

impl Step {
    /// PSA_KEY_DERIVATION_INPUT_SECRET.
    pub const SECRET: Step = Step(0x101);
    /// PSA_KEY_DERIVATION_INPUT_PASSWORD.
    pub const PASSWORD: Step = Step(0x102);
    /// PSA_KEY_DERIVATION_INPUT_OTHER_SECRET.
    pub const OTHER_SECRET: Step = Step(0x103);
    /// PSA_KEY_DERIVATION_INPUT_LABEL.
    pub const LABEL: Step = Step(0x201);
    /// PSA_KEY_DERIVATION_INPUT_SALT.
    pub const SALT: Step = Step(0x202);
    /// PSA_KEY_DERIVATION_INPUT_INFO.
    pub const INFO: Step = Step(0x203);
    /// PSA_KEY_DERIVATION_INPUT_SEED.
    pub const SEED: Step = Step(0x204);
    /// PSA_KEY_DERIVATION_INPUT_COST.
    pub const COST: Step = Step(0x205);
    /// PSA_KEY_DERIVATION_INPUT_CONTEXT.
    pub const CONTEXT: Step = Step(0x206);
}

/// When a step comes and what it takes.
#[derive(Debug, Clone, Copy)]
pub struct StepRule {
    /// Which step.
    pub step: Step,
    /// Whether the derivation can do without.
    pub optional: bool,
    /// Whether it may come again; what comes later is appended.
    pub repeats: bool,
    /// Whether it may come at any time, not only after the steps above it in the list.
    pub any_time: bool,
    /// The types of key it takes beside direct input.
    pub keys: &'static [KeyType],
    /// Whether direct input will do.
    pub direct: bool,
}

impl StepRule {
    /// A step that comes once, in order, directly or from a key of these types.
    #[must_use]
    pub const fn once(step: Step, keys: &'static [KeyType]) -> StepRule {
        StepRule { step, optional: false, repeats: false, any_time: false, keys, direct: true }
    }

    /// The same step where the derivation can do without it.
    #[must_use]
    pub const fn or_not(self) -> StepRule {
        StepRule { optional: true, ..self }
    }
}

/// Everything that was put in.
#[derive(Debug, Default)]
pub struct Inputs {
    /// By step; a step that came more than once has all of it here.
    pub bytes: Vec<(Step, Secret)>,
    /// The numbers, by step.
    pub numbers: Vec<(Step, u64)>,
}

impl Inputs {
    /// What came for a step; nothing when the step did not come.
    #[must_use]
    pub fn of(&self, step: Step) -> &[u8] {
        self.bytes.iter().find(|(one, _)| *one == step).map_or(&[], |(_, bytes)| bytes.expose())
    }

    /// Whether a step came.
    #[must_use]
    pub fn has(&self, step: Step) -> bool {
        self.bytes.iter().any(|(one, _)| *one == step) || self.numbers.iter().any(|(one, _)| *one == step)
    }

    /// The number of a step; 0 when it did not come.
    #[must_use]
    pub fn number(&self, step: Step) -> u64 {
        self.numbers.iter().find(|(one, _)| *one == step).map_or(0, |(_, number)| *number)
    }
}

/// A derivation's output, a block at a time.
pub trait Blocks: Send + Sync {
    /// The next block.
    ///
    /// # Errors
    /// [`Fault::DerivationExhausted`] after the last one.
    fn next(&mut self) -> Result<Secret, Fault>;
}

/// Begins the output. `length` is the capacity, which some derivations take in.
pub type BlocksFn = fn(Hash, &Inputs, length: u64) -> Result<Box<dyn Blocks>, Fault>;

/// A way to derive.
#[derive(Clone, Copy)]
pub struct Kdf {
    /// The steps, in their order.
    pub steps: &'static [StepRule],
    /// The hashes it can be made of; one where the algorithm does not name it, none where there is none.
    pub hashes: &'static [Hash],
    /// How many bytes it gives at most.
    pub capacity: fn(Hash) -> u64,
    /// Refuses an input that the derivation cannot take, when it comes.
    pub check: fn(Hash, Step, &[u8]) -> Result<(), Fault>,
    /// The largest number a step takes.
    pub largest: u64,
    /// Begins the output.
    pub begin: BlocksFn,
}
