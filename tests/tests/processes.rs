//! One store and several processes, full disks, limits, a stopped writer, forks, a folder that may not be written to.
//!
//! Each process is this test binary again, asked to play a role: the module reads its environment once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]
#![allow(unsafe_code, reason = "signals, limits and fork have no safe wrapper")]

use cryptoki_sys::{
    CK_SESSION_HANDLE, CKA_LABEL, CKR_DEVICE_MEMORY, CKR_OK, CKR_TOKEN_WRITE_PROTECTED, CKU_USER,
};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::ptr;
use std::time::Duration;
use twintoken::fault::Fault;
use twintoken::store::{Batch, Change, Expect, RecordId, RedbStore, Store as _};
use twintoken_tests::killed::pkcs11::{generate_aes, try_to_generate_aes};
use twintoken_tests::module::Module;
use twintoken_tests::store::Store;
use twintoken_tests::token::{self, attribute};
use twintoken_tests::{ok, programs};

const ROLE: &str = "TWINTOKEN_TEST_ROLE";

#[test]
fn a_process_plays_its_role() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let (name, argument) = role.split_once(' ').unwrap_or((&role, ""));
    let module = Module::load();
    match name {
        "prepare" => {
            let _ = token::ready(&module);
            ok!(module, C_Finalize(ptr::null_mut()));
        }
        "prepare-and-leave" => drop(token::ready(&module)),
        "churn" => churn(&module, argument),
        "write" => write_for_ever(&module),
        "read" => read_until_told(&module, Path::new(argument)),
        "fill" => fill(&module, argument),
        "fork" => fork(&module),
        "read-only" => read_only(&module),
        "old-file" => old_file(&module),
        "count" => assert_eq!(count(&module, log_in(&module), argument), 1),
        _ => panic!("{role}"),
    }
}

/// The arguments that make this program play a role.
const PLAY: [&str; 4] = ["a_process_plays_its_role", "--exact", "--nocapture", "--test-threads=1"];

fn play(command: &mut Command, store: &Store, role: &str) -> Child {
    store.put_into(command);
    command.env(ROLE, role).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn start(store: &Store, role: &str) -> Child {
    play(Command::new(std::env::current_exe().unwrap()).args(PLAY), store, role)
}

fn finish(child: Child) {
    let output = child.wait_with_output().unwrap();
    let (said, reason) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{said}\n{reason}", output.status);
}

fn prepared() -> Store {
    let store = Store::new();
    finish(start(&store, "prepare"));
    store
}

fn log_in(module: &Module) -> CK_SESSION_HANDLE {
    token::start(module);
    let session = token::session(module, token::slot_of_token(module));
    assert_eq!(token::login(module, session, CKU_USER, token::PIN), CKR_OK);
    session
}

fn find(module: &Module, session: CK_SESSION_HANDLE, label: &str) -> Vec<u64> {
    let (mut found, mut count) = (vec![0; 10_000], 0);
    let mut template = [attribute(CKA_LABEL, label.as_bytes())];
    ok!(module, C_FindObjectsInit(session, template.as_mut_ptr(), 1));
    ok!(module, C_FindObjects(session, found.as_mut_ptr(), 10_000, &raw mut count));
    ok!(module, C_FindObjectsFinal(session));
    found.truncate(usize::try_from(count).unwrap());
    found
}

fn count(module: &Module, session: CK_SESSION_HANDLE, label: &str) -> usize {
    find(module, session, label).len()
}

/// Makes and destroys 150 objects, and keeps 15 key pairs.
fn churn(module: &Module, name: &str) {
    let session = log_in(module);
    for round in 0..150_u64 {
        let label = format!("{name} {round}");
        generate_aes(module, session, &label, &round.to_be_bytes());
        let found = find(module, session, &label);
        assert_eq!(found.len(), 1);
        if round % 10 == 0 {
            let _ = token::generate_p256(
                module,
                session,
                "pair",
                &[name.as_bytes(), &round.to_be_bytes()].concat(),
            );
        }
        // Others make pairs, too, and nobody sees one half.
        assert_eq!(count(module, session, "pair") % 2, 0);
        ok!(module, C_DestroyObject(session, found[0]));
        assert_eq!(count(module, session, &label), 0);
    }
}

fn processes_churn(processes: usize) {
    let store = prepared();
    let children: Vec<Child> =
        (0..processes).map(|number| start(&store, &format!("churn {number}"))).collect();
    children.into_iter().for_each(finish);
    let kept = RedbStore::open(store.path()).unwrap();
    let members = [b"O", b"P"].map(|kind| {
        let token = kept.ids_with(&twintoken::store::Tag(b"T".to_vec())).unwrap()[0];
        kept.ids_with(&twintoken::store::Tag([&kind[..], &token.0].concat())).unwrap().len()
    });
    assert_eq!(members, [15 * processes; 2]);
}

#[test]
fn two_processes_make_and_destroy_at_once_and_lose_nothing() {
    processes_churn(2);
}

#[test]
fn four_processes_make_and_destroy_at_once_and_lose_nothing() {
    processes_churn(4);
}

fn write_for_ever(module: &Module) {
    let session = log_in(module);
    loop {
        generate_aes(module, session, "again", b"again");
        ok!(module, C_DestroyObject(session, find(module, session, "again")[0]));
    }
}

fn signal(child: &Child, signal: i32) {
    // SAFETY: a signal to a child of this process that has not been waited for.
    assert_eq!(unsafe { libc::kill(i32::try_from(child.id()).unwrap(), signal) }, 0);
}

#[test]
fn a_stopped_writer_costs_others_a_named_error_after_the_deadline_and_nothing_once_it_goes_on() {
    let store = prepared();
    // Long enough that a busy machine alone never takes it.
    let mine = RedbStore::with_patience(store.path(), Duration::from_secs(1)).unwrap();
    let before = mine.generation().unwrap();
    let mut writer = start(&store, "write");
    while mine.generation().unwrap() == before {
        assert_eq!(writer.try_wait().unwrap(), None, "the writer has ended");
    }
    let mut made = 0_u128;
    let mut commit = || {
        made += 1;
        let put = Change::Put { expect: Expect::Absent, tags: vec![], bytes: vec![] };
        mine.commit(Batch { changes: vec![(RecordId(made.to_be_bytes()), put)], unique: vec![] })
    };
    let named = (0..10_000).find_map(|_| {
        signal(&writer, libc::SIGSTOP);
        let answer = commit();
        signal(&writer, libc::SIGCONT);
        match answer {
            Ok(()) => None,
            Err(Fault::StoreBusy(reason)) => Some(reason),
            Err(other) => panic!("{other}"),
        }
    });
    let reason = named.unwrap_or_else(|| panic!("never stopped within a commit"));
    assert!(reason.contains("store.redb") && reason.contains("fuser"), "{reason}");
    assert_eq!(commit(), Ok(()));
    let acknowledged = RecordId(made.to_be_bytes());
    RedbStore::open(store.path()).unwrap().get(acknowledged).unwrap().unwrap();
    writer.kill().unwrap();
    writer.wait().unwrap();
}

fn read_until_told(module: &Module, stop: &Path) {
    let session = log_in(module);
    while !stop.exists() {
        assert_eq!(count(module, session, "first"), 1);
    }
}

/// Makes objects until there is no room, twice, beside a process that reads.
fn fill(module: &Module, kind: &str) {
    let folder = PathBuf::from(std::env::var_os("TWINTOKEN_STORE").unwrap());
    let session = token::ready(module);
    generate_aes(module, session, "first", b"first");
    let stop = folder.join("stop");
    let mut reader = Command::new(std::env::current_exe().unwrap());
    let reader = reader.args(PLAY).env(ROLE, format!("read {}", stop.display())).spawn().unwrap();
    let size = || std::fs::metadata(folder.join("store.redb")).unwrap().len();
    let ballast = folder.join("ballast");
    if kind == "limit" {
        limit(size() + 100_000);
    } else {
        std::fs::write(&ballast, vec![0; 300_000]).unwrap();
    }
    let label = "filler".repeat(500);
    let mut made = 0;
    let code = loop {
        match try_to_generate_aes(module, session, &label, &[1; 1000]) {
            CKR_OK => made += 1,
            code => break code,
        }
        assert!(made < 5000, "it never fills up");
    };
    assert_eq!(code, CKR_DEVICE_MEMORY, "after {made}");
    assert_eq!(count(module, session, &label), made);
    assert_eq!(count(module, session, "first"), 1);
    if kind == "limit" {
        limit(libc::RLIM_INFINITY);
    } else {
        std::fs::remove_file(ballast).unwrap();
    }
    generate_aes(module, session, &label, b"more");
    assert_eq!(count(module, session, &label), made + 1);
    std::fs::write(stop, "").unwrap();
    finish(reader);
    println!("{made} objects before there was no room");
}

fn limit(bytes: u64) {
    let limit = libc::rlimit { rlim_cur: bytes, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: the structure outlives the call.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) }, 0);
}

/// Runs a role by way of a shell that does something first.
fn by_shell(program: &mut Command, script: &str, store: &Store, role: &str) {
    let own = std::env::current_exe().unwrap();
    let script = format!("{script} exec \"$@\"");
    finish(play(program.args(["sh", "-c", &script, "sh"]).arg(own).args(PLAY), store, role));
}

#[test]
fn a_full_disk_is_a_clean_error_and_the_process_goes_on_when_there_is_room_again() {
    let Some(unshare) = programs::find("unshare", "util-linux") else { return };
    let may = Command::new(&unshare).args(["-rm", "true"]).output().unwrap().status.success();
    if !may {
        println!("skipped: needs user namespaces");
        return;
    }
    let store = Store::new();
    let mount = "mount -t tmpfs -o size=2m tmpfs \"$TWINTOKEN_STORE\" &&";
    by_shell(Command::new(unshare).arg("-rm"), mount, &store, "fill disk");
}

#[test]
fn a_file_size_limit_is_a_clean_error_and_the_process_goes_on_when_it_is_raised() {
    by_shell(&mut Command::new("env"), "trap '' XFSZ;", &Store::new(), "fill limit");
}

/// Parent and child of a fork without exec both write.
fn fork(module: &Module) {
    let session = token::ready(module);
    // SAFETY: the child uses the module only, and leaves by `_exit`.
    let pid = unsafe { libc::fork() };
    assert!(pid >= 0);
    if pid == 0 {
        let done = std::panic::catch_unwind(|| {
            let session = log_in(module);
            (0..20).for_each(|_| generate_aes(module, session, "child", b"child"));
        });
        // SAFETY: nothing of the parent's is run.
        unsafe { libc::_exit(i32::from(done.is_err())) };
    }
    (0..20).for_each(|_| generate_aes(module, session, "parent", b"parent"));
    // And with exec, while this process has the store open.
    let mut other = Command::new(std::env::current_exe().unwrap());
    generate_aes(module, session, "one", b"one");
    finish(other.args(PLAY).env(ROLE, "count one").spawn().unwrap());
    let mut status = 0;
    // SAFETY: the child of the fork above.
    assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
    assert_eq!(status, 0);
    assert_eq!([count(module, session, "child"), count(module, session, "parent")], [20, 20]);
}

#[test]
fn parent_and_child_of_a_fork_both_write_and_so_does_a_program_that_one_starts() {
    finish(start(&Store::new(), "fork"));
}

fn read_only(module: &Module) {
    let session = log_in(module);
    assert_eq!(count(module, session, "nothing"), 0);
    assert_eq!(try_to_generate_aes(module, session, "a", b"a"), CKR_TOKEN_WRITE_PROTECTED);
}

#[test]
fn a_folder_that_may_not_be_written_to_is_read_and_a_write_says_so() {
    read_without_permission("prepare");
}

#[test]
fn a_folder_that_may_not_be_written_to_is_read_also_when_the_last_writer_did_not_finalise() {
    read_without_permission("prepare-and-leave");
}

fn read_without_permission(prepare: &str) {
    use std::os::unix::fs::PermissionsExt;
    let store = Store::new();
    finish(start(&store, prepare));
    let file = store.path().join("store.redb");
    for (path, mode) in [(file.as_path(), 0o444), (store.path(), 0o555)] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let Some(setpriv) = programs::find("setpriv", "util-linux") else { return };
    // SAFETY: no arguments.
    let is_root = unsafe { libc::geteuid() } == 0;
    let other: &[&str] = &["--reuid=65534", "--regid=65534", "--clear-groups"];
    by_shell(Command::new(setpriv).args(if is_root { other } else { &[] }), "", &store, "read-only");
}

/// The store's file is put back as it was before, under a process that has it open.
fn old_file(module: &Module) {
    let file = PathBuf::from(std::env::var_os("TWINTOKEN_STORE").unwrap()).join("store.redb");
    let session = token::ready(module);
    generate_aes(module, session, "kept", b"1");
    std::fs::copy(&file, file.with_extension("old")).unwrap();
    generate_aes(module, session, "lost", b"2");
    std::fs::rename(file.with_extension("old"), &file).unwrap();
    assert_eq!([count(module, session, "kept"), count(module, session, "lost")], [1, 0]);
    generate_aes(module, session, "later", b"3");
    assert_eq!(count(module, session, "later"), 1);
    ok!(module, C_Finalize(ptr::null_mut()));
}

#[test]
fn an_old_file_put_back_is_what_counts_from_then_on_also_for_a_process_that_is_running() {
    let store = Store::new();
    finish(start(&store, "old-file"));
    for label in ["kept", "later"] {
        finish(start(&store, &format!("count {label}")));
    }
}
