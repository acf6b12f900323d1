//! The harness as a program.

fn main() -> std::process::ExitCode {
    twintoken_harness::command::main()
}
