//! System calls that no safe function offers: made by Perl, which every Debian and
//! Ubuntu has as an essential package, and which is shown inside with `/usr`.

use std::process::{Command, Stdio};

use super::attempt::Told;

/// Variables and functions that the scripts share.
const PRELUDE: &str = r#"use strict; no strict 'vars'; $| = 1;
sub call { my $r = syscall($_[0], @_[1..$#_]); $r == -1 ? die("errno $!\n") : $r }
sub room { my $b = "\0" x $_[0]; $b }
"#;

/// Makes one system call; reached where it gives anything but an error.
pub fn call(number: i64, arguments: &str) -> Told {
    script(&format!("call({number}, {arguments});"))
}

/// Runs a script; reached where it comes to its end.
pub fn script(text: &str) -> Told {
    let mut perl = Command::new("/usr/bin/perl");
    perl.args(["-e", &format!("{PRELUDE}{text}")]).stdin(Stdio::null()).stdout(Stdio::inherit());
    match perl.stderr(Stdio::piped()).output() {
        Err(error) => Told::absent(format!("perl: {error}")),
        Ok(output) if output.status.success() => Told::Reached,
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            match said.strip_prefix("errno ") {
                Some(error) => Told::refused(error),
                None if output.status.code().is_none() => Told::refused(format!("killed, {}", output.status)),
                None => Told::absent(format!("perl: {said}")),
            }
        }
    }
}
