//! Where tokens lie during a run and what machine it is: what a figure means nothing without.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;

use crate::backend::Refusal;

/// Which filesystems take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Choice {
    /// A folder on the disk that holds the report.
    Disk,
    /// A folder in memory.
    Tmpfs,
    /// Both.
    Both,
}

/// A folder for tokens, and how fast its filesystem makes bytes durable.
#[derive(Clone, Debug, Serialize)]
pub struct Place {
    /// `disk` or `tmpfs`.
    pub name: String,
    /// The folder in which token folders are made.
    pub folder: PathBuf,
    /// The filesystem's type and what it is on.
    pub filesystem: String,
    /// The median of writing 4 KiB and calling fdatasync, in microseconds.
    pub fdatasync: f64,
}

impl Place {
    /// The places of a run; that on disk lies in `below`.
    ///
    /// # Errors
    /// When a folder cannot be made or written to.
    pub fn choose(choice: Choice, below: &Path) -> Result<Vec<Place>, Refusal> {
        let mut places = Vec::new();
        if choice != Choice::Tmpfs {
            places.push(Place::at("disk", &below.join("tokens"))?);
        }
        if choice != Choice::Disk {
            places.push(Place::at("tmpfs", Path::new("/dev/shm"))?);
        }
        Ok(places)
    }

    fn at(name: &str, folder: &Path) -> Result<Place, Refusal> {
        let failed = |error| Refusal::File(folder.display().to_string(), error);
        fs::create_dir_all(folder).map_err(failed)?;
        let folder = folder.canonicalize().map_err(failed)?;
        let fdatasync = fdatasync(&folder).map_err(failed)?;
        let filesystem = filesystem(&folder);
        Ok(Place { name: name.to_owned(), folder, filesystem, fdatasync })
    }
}

/// The median over 64 times.
fn fdatasync(folder: &Path) -> std::io::Result<f64> {
    let path = folder.join(format!("fdatasync-{}", std::process::id()));
    let mut file = File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..64 {
        let start = Instant::now();
        file.write_all(&[0x5a; 4096])?;
        file.sync_data()?;
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    fs::remove_file(path)?;
    Ok(super::report::median(&mut times))
}

/// `ext4 on /dev/vda1`, from the mount that lies deepest above the folder.
fn filesystem(folder: &Path) -> String {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mut deepest = (0, "unknown".to_owned());
    for line in mounts.lines() {
        let mut words = line.split(' ');
        let (Some(device), Some(point), Some(kind)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        // A later mount on the same point hides the earlier one.
        if folder.starts_with(point) && point.len() >= deepest.0 {
            deepest =
                (point.len(), if kind == device { kind.to_owned() } else { format!("{kind} on {device}") });
        }
    }
    deepest.1
}

/// The machine and how busy it is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Machine {
    /// The processor's name.
    pub processor: String,
    /// How many threads it runs at the same time.
    pub cores: usize,
    /// The operating system's kernel.
    pub kernel: String,
    /// The load average of the last minute, before and after the run: above 0 somebody else was at work too.
    pub load: [String; 2],
}

impl Machine {
    /// What the system says of itself.
    #[must_use]
    pub fn look() -> Machine {
        let text = |path| fs::read_to_string(path).unwrap_or_default();
        let cpuinfo = text("/proc/cpuinfo");
        let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
        Machine {
            processor: model.unwrap_or("unknown").to_owned(),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            kernel: text("/proc/sys/kernel/osrelease").trim().to_owned(),
            load: [Machine::load(), String::new()],
        }
    }

    /// The load average of the last minute.
    #[must_use]
    pub fn load() -> String {
        fs::read_to_string("/proc/loadavg")
            .unwrap_or_default()
            .split(' ')
            .next()
            .unwrap_or_default()
            .to_owned()
    }
}
