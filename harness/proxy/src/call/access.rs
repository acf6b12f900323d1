//! Access to a call's arguments by what they are, so that a defect need not count places.

use super::{Argument, Call, Input, List, Mechanism, Output, Place, Structure, Template, Wanted};
use crate::function::{Function, Role};
use cryptoki_sys::{CK_MECHANISM_INFO, CK_SESSION_INFO, CK_TOKEN_INFO, CKR_OK};

/// Makes, for one variant of [`Argument`], the accessor of the first such argument and of all.
macro_rules! accessors {
    ($($what:literal: $first:ident, $first_mut:ident, $all_mut:ident = $variant:ident($type:ty);)*) => {
        impl Call {
            $(
                #[doc = concat!("The first ", $what, ".")]
                #[must_use]
                pub fn $first(&self) -> Option<&$type> {
                    self.arguments.iter().find_map(|argument| match argument {
                        Argument::$variant(value) => Some(value),
                        _ => None,
                    })
                }

                #[doc = concat!("The first ", $what, ", to be changed.")]
                pub fn $first_mut(&mut self) -> Option<&mut $type> {
                    self.$all_mut().next()
                }

                #[doc = concat!("Every ", $what, ", to be changed.")]
                pub fn $all_mut(&mut self) -> impl Iterator<Item = &mut $type> {
                    self.arguments.iter_mut().filter_map(|argument| match argument {
                        Argument::$variant(value) => Some(value),
                        _ => None,
                    })
                }
            )*
        }
    };
}

accessors! {
    "run of bytes to read": input, input_mut, inputs_mut = Input(Input);
    "buffer to write": output, output_mut, outputs_mut = Output(Output);
    "template to read": template, template_mut, templates_mut = Template(Template);
    "place for a number": place, place_mut, places_mut = Place(Place);
    "list of numbers": list, list_mut, lists_mut = List(List);
}

impl Call {
    /// Whether it is one of these functions.
    #[must_use]
    pub fn is(&self, functions: &[Function]) -> bool {
        functions.contains(&self.function)
    }

    /// Whether the answer is CKR_OK.
    #[must_use]
    pub fn ok(&self) -> bool {
        self.code == CKR_OK
    }

    /// The number in this role; 0, which is never a handle, where the function has none.
    #[must_use]
    pub fn number(&self, role: Role) -> u64 {
        let number = |argument: &Argument| match argument {
            Argument::Number(own, value) if *own == role => Some(*value),
            _ => None,
        };
        self.arguments.iter().find_map(number).unwrap_or(0)
    }

    /// Changes the number in this role.
    pub fn set_number(&mut self, role: Role, to: u64) {
        for argument in &mut self.arguments {
            if let Argument::Number(own, value) = argument
                && *own == role
            {
                *value = to;
            }
        }
    }

    /// The session.
    #[must_use]
    pub fn session(&self) -> u64 {
        self.number(Role::Session)
    }

    /// The object or key.
    #[must_use]
    pub fn object(&self) -> u64 {
        self.number(Role::Object)
    }

    /// The bytes of the first run to read.
    #[must_use]
    pub fn input_bytes(&self) -> &[u8] {
        self.input().map_or(&[], Input::bytes)
    }

    /// Makes every pointer that is handed on unseen NULL.
    pub fn clear_opaque(&mut self) {
        for argument in &mut self.arguments {
            if let Argument::Opaque(address) = argument {
                *address = 0;
            }
        }
    }

    /// Whether the function writes bytes and is only asked how many.
    #[must_use]
    pub fn asks_length(&self) -> bool {
        self.output().is_some_and(|output| !output.lent)
    }

    /// The bytes the module gave; `None` where it gave none.
    pub fn written_mut(&mut self) -> Option<&mut Vec<u8>> {
        let ok = self.ok();
        self.output_mut().map(|output| &mut output.bytes).filter(|bytes| ok && !bytes.is_empty())
    }

    /// The attributes asked for.
    pub fn wanted_mut(&mut self) -> &mut [Wanted] {
        let wanted = self.arguments.iter_mut().find_map(|argument| match argument {
            Argument::Wanted(Ok(entries)) => Some(entries.as_mut_slice()),
            _ => None,
        });
        wanted.unwrap_or_default()
    }

    /// The mechanism.
    #[must_use]
    pub fn mechanism(&self) -> Option<&Mechanism> {
        self.arguments.iter().find_map(|argument| match argument {
            Argument::Mechanism(mechanism) => mechanism.as_ref(),
            _ => None,
        })
    }

    /// The mechanism, to be changed.
    pub fn mechanism_mut(&mut self) -> Option<&mut Mechanism> {
        self.arguments.iter_mut().find_map(|argument| match argument {
            Argument::Mechanism(mechanism) => mechanism.as_mut(),
            _ => None,
        })
    }

    /// The structure that the module filled; `None` where it failed.
    pub fn structure_mut(&mut self) -> Option<&mut Structure> {
        if !self.ok() {
            return None;
        }
        self.arguments.iter_mut().find_map(|argument| match argument {
            Argument::Structure(structure) => structure.as_mut(),
            _ => None,
        })
    }

    /// What C_GetTokenInfo filled.
    pub fn token_info_mut(&mut self) -> Option<&mut CK_TOKEN_INFO> {
        match self.structure_mut() {
            Some(Structure::Token(info)) => Some(info),
            _ => None,
        }
    }

    /// What C_GetSessionInfo filled.
    pub fn session_info_mut(&mut self) -> Option<&mut CK_SESSION_INFO> {
        match self.structure_mut() {
            Some(Structure::Session(info)) => Some(info),
            _ => None,
        }
    }

    /// What C_GetMechanismInfo filled.
    pub fn mechanism_info_mut(&mut self) -> Option<&mut CK_MECHANISM_INFO> {
        match self.structure_mut() {
            Some(Structure::Mechanism(info)) => Some(info),
            _ => None,
        }
    }

    /// The handle that the function made.
    #[must_use]
    pub fn made(&self) -> Option<u64> {
        self.place().filter(|_| self.ok()).and_then(|place| place.value)
    }
}
