//! Defects of sessions.

use crate::call::{Argument, Call, Place};
use crate::function::{Function::*, Role};
use crate::plant::{Beyond, Defect, Memory, Pass, after, around, before, recoded};
use cryptoki_sys as ck;
use std::collections::{BTreeSet, HashSet};

/// The rows.
pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "dead-session-answers-arguments-bad",
        "§5.1.2 Cryptoki function return values for functions that use a session handle",
        "A session that was closed is answered with CKR_ARGUMENTS_BAD.",
        || {
            Box::new(|call, beyond| {
                beyond.forward(call);
                if call.code == ck::CKR_SESSION_HANDLE_INVALID {
                    call.code = ck::CKR_ARGUMENTS_BAD;
                }
            })
        },
    ),
    Defect::new(
        "dead-session-lives-on",
        "§5.6.2 C_CloseSession",
        "C_CloseSession answers CKR_OK and the session goes on working.",
        || {
            Box::new(|call, beyond| {
                if !call.is(&[C_CloseSession]) {
                    beyond.forward(call)
                }
            })
        },
    ),
    Defect::new(
        "close-session-keeps-its-objects",
        "§5.6.2 C_CloseSession",
        "A closed session cannot be used, but its session objects stay.",
        undead,
    ),
    Defect::new(
        "last-session-keeps-the-login",
        "§5.6.2 C_CloseSession",
        "Closing a program's last session does not log out.",
        keeper,
    ),
    Defect::new(
        "close-all-closes-none",
        "§5.6.3 C_CloseAllSessions",
        "C_CloseAllSessions answers CKR_OK and closes none.",
        || {
            Box::new(|call, beyond| {
                if !call.is(&[C_CloseAllSessions]) {
                    beyond.forward(call)
                }
            })
        },
    ),
    Defect::new(
        "session-flags-wrong",
        "§3.3 Session types (CK_SESSION_INFO)",
        "C_GetSessionInfo shows a read-only session as read-write.",
        || {
            after(&[C_GetSessionInfo], |call| {
                if let Some(info) = call.session_info_mut() {
                    info.flags |= ck::CKF_RW_SESSION;
                }
            })
        },
    ),
    Defect::new(
        "session-state-wrong",
        "§3.3 Session types (CK_SESSION_INFO)",
        "C_GetSessionInfo shows a session that is logged in as public.",
        || {
            after(&[C_GetSessionInfo], |call| {
                if let Some(info) = call.session_info_mut() {
                    info.state = match info.state {
                        ck::CKS_RW_USER_FUNCTIONS => ck::CKS_RW_PUBLIC_SESSION,
                        ck::CKS_RO_USER_FUNCTIONS => ck::CKS_RO_PUBLIC_SESSION,
                        other => other,
                    };
                }
            })
        },
    ),
    Defect::new(
        "session-names-another-slot",
        "§3.3 Session types (CK_SESSION_INFO)",
        "C_GetSessionInfo gives a slot id that is one too large.",
        || {
            after(&[C_GetSessionInfo], |call| {
                if let Some(info) = call.session_info_mut() {
                    info.slotID = info.slotID.wrapping_add(1);
                }
            })
        },
    ),
    Defect::new(
        "read-only-session-writes",
        "§5.6.1 C_OpenSession",
        "A read-only session may change the token, though it says that it is read-only.",
        writing_reader,
    ),
    Defect::new(
        "parallel-session-opened",
        "§5.6.1 C_OpenSession",
        "C_OpenSession without CKF_SERIAL_SESSION is accepted.",
        || {
            before(&[C_OpenSession], |call| {
                call.set_number(Role::Flags, call.number(Role::Flags) | ck::CKF_SERIAL_SESSION);
            })
        },
    ),
    Defect::new(
        "state-shared-between-sessions",
        "§2.4 Sessions",
        "All sessions share one place for a signing operation.",
        || {
            let first = Memory::new(None);
            around(&[C_SignInit, C_Sign, C_SignUpdate, C_SignFinal], move |call, beyond| {
                let session = *first.recall().get_or_insert(call.session());
                let own = call.session();
                call.set_number(Role::Session, session);
                beyond.forward(call);
                if call.code == ck::CKR_SESSION_HANDLE_INVALID {
                    *first.recall() = Some(own);
                    call.set_number(Role::Session, own);
                    beyond.forward(call);
                }
            })
        },
    ),
    Defect::new(
        "security-officer-beside-read-only-session",
        "§5.6.8 C_Login",
        "A login of the security officer beside a read-only session is answered with CKR_OK.",
        || recoded(&[C_Login], ck::CKR_SESSION_READ_ONLY_EXISTS, ck::CKR_OK),
    ),
];

/// Functions without a session of their own.
fn has_session(call: &Call) -> bool {
    call.session() != 0
}

/// Sessions are only said to be closed.
fn undead() -> Pass {
    let closed: Memory<HashSet<u64>> = Memory::default();
    Box::new(move |call, beyond| {
        if call.is(&[C_CloseAllSessions, C_Finalize]) {
            closed.recall().clear();
        }
        if has_session(call) && closed.recall().contains(&call.session()) {
            call.code = ck::CKR_SESSION_HANDLE_INVALID;
        } else if call.is(&[C_CloseSession]) {
            // A handle that never lived is still refused.
            let place = Argument::Structure(None);
            let mut probe = Call::new(C_GetSessionInfo, vec![call.arguments[0].clone(), place]);
            beyond.forward(&mut probe);
            if probe.code == ck::CKR_SESSION_HANDLE_INVALID {
                beyond.forward(call);
            } else {
                closed.recall().insert(call.session());
            }
        } else {
            beyond.forward(call);
        }
    })
}

/// A session of the proxy's own keeps the login alive.
fn keeper() -> Pass {
    let kept: Memory<BTreeSet<u64>> = Memory::default();
    Box::new(move |call, beyond| {
        if call.is(&[C_Finalize, C_CloseAllSessions, C_InitToken]) {
            for session in std::mem::take(&mut *kept.recall()) {
                beyond.forward(&mut Call::of_session(C_CloseSession, session));
            }
        }
        let keeps = call.is(&[C_Login]) && kept.recall().is_empty();
        beyond.forward(call);
        if let (true, Some(slot)) = (keeps && call.ok(), slot_of(call.session(), beyond)) {
            let mut own = Call::new(
                C_OpenSession,
                vec![
                    Argument::Number(Role::Slot, slot),
                    Argument::Number(Role::Flags, ck::CKF_SERIAL_SESSION | ck::CKF_RW_SESSION),
                    Argument::Opaque(0),
                    Argument::Notify(None),
                    Argument::Place(Place { lent: true, value: None }),
                ],
            );
            beyond.forward(&mut own);
            kept.recall().extend(own.made());
        }
    })
}

fn slot_of(session: u64, beyond: &dyn Beyond) -> Option<u64> {
    let info = crate::call::Structure::Session(ck::CK_SESSION_INFO::default());
    let mut asked = Call::of_session(C_GetSessionInfo, session);
    asked.arguments.push(Argument::Structure(Some(info)));
    beyond.forward(&mut asked);
    asked.session_info_mut().map(|info| info.slotID)
}

/// Read-only sessions are opened read-write, and shown as if they were not.
fn writing_reader() -> Pass {
    let readers: Memory<HashSet<u64>> = Memory::default();
    around(&[C_OpenSession, C_GetSessionInfo], move |call, beyond| {
        let flags = call.number(Role::Flags);
        let reads = call.is(&[C_OpenSession]) && flags & ck::CKF_RW_SESSION == 0;
        if reads && flags & ck::CKF_SERIAL_SESSION != 0 {
            call.set_number(Role::Flags, flags | ck::CKF_RW_SESSION);
        }
        beyond.forward(call);
        if let Some(made) = call.made() {
            if reads {
                readers.recall().insert(made)
            } else {
                readers.recall().remove(&made)
            };
        }
        let session = call.session();
        if let Some(info) = call.session_info_mut().filter(|_| readers.recall().contains(&session)) {
            info.flags &= !ck::CKF_RW_SESSION;
            info.state = match info.state {
                ck::CKS_RW_USER_FUNCTIONS => ck::CKS_RO_USER_FUNCTIONS,
                ck::CKS_RW_PUBLIC_SESSION => ck::CKS_RO_PUBLIC_SESSION,
                other => other,
            };
        }
    })
}
