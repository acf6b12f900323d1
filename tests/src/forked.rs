//! A child of fork, and what it tells its parent.
#![allow(unsafe_code, reason = "fork has no safe wrapper")]

use std::io::Read as _;
use std::os::fd::FromRawFd as _;
use std::ptr;

/// Forks, runs `child_part` in the child, and gives the bytes that it told: none when it died.
///
/// The child touches nothing of the test harness's: other threads of the parent do not exist in it.
///
/// # Panics
/// When the system refuses a pipe or a process.
pub fn listen(child_part: impl FnOnce() -> Vec<u8>) -> Vec<u8> {
    let mut ends = [0; 2];
    // SAFETY: the array has room for the two descriptors.
    assert_eq!(unsafe { libc::pipe(ends.as_mut_ptr()) }, 0);
    // SAFETY: the child calls a library of ours, writes to the pipe and exits; it holds no lock of another thread's but the
    // allocator's, which the C library sets right.
    let pid = unsafe { libc::fork() };
    assert!(pid >= 0);
    if pid == 0 {
        let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(child_part)).unwrap_or_default();
        // SAFETY: the bytes are ours; `_exit` runs nothing of the parent's.
        unsafe {
            libc::write(ends[1], told.as_ptr().cast(), told.len());
            libc::_exit(0);
        }
    }
    // SAFETY: the writing end is this process's own, and nobody else closes it.
    unsafe { libc::close(ends[1]) };
    let mut told = Vec::new();
    // SAFETY: the reading end is owned by nobody else.
    let mut pipe = unsafe { std::fs::File::from_raw_fd(ends[0]) };
    pipe.read_to_end(&mut told).unwrap();
    // SAFETY: the child of the fork above; its status is not asked for.
    unsafe { libc::waitpid(pid, ptr::null_mut(), 0) };
    told
}
