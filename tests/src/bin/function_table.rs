//! Prints docs/generated/FUNCTIONS.md: runs real calls of all functions through the built module, in a process and on a
//! store of their own.
#![allow(clippy::unwrap_used, reason = "a run that cannot be made may end")]

use std::process::Command;
use twintoken_tests::functions::{self, table};
use twintoken_tests::module::Module;
use twintoken_tests::programs;
use twintoken_tests::store::Store;

fn main() {
    if std::env::args().nth(1).is_some_and(|word| word == "calls") {
        print!("{}", table::text(&functions::run(&Module::load())));
        return;
    }
    let (store, mut calls) = (Store::new(), Command::new(std::env::current_exe().unwrap()));
    store.put_into(&mut calls);
    print!("{}", programs::run(calls.arg("calls")));
}
