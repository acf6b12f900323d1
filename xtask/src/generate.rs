//! `cargo xtask generate`: writes docs/generated/.

use crate::cargo::root;
use std::process::ExitCode;
use xtask::generated;

pub(crate) fn run() -> ExitCode {
    let folder = root().join("docs/generated");
    for document in generated::ALL {
        let path = folder.join(document.file);
        let written =
            std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, (document.text)()));
        if let Err(error) = written {
            eprintln!("{}: {error}", path.display());
            return ExitCode::FAILURE;
        }
        println!("{}", path.display());
    }
    ExitCode::SUCCESS
}
