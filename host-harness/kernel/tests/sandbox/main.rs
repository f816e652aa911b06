//! The sandbox, with real programs in it. This program is also what holds them.

#[cfg(target_os = "linux")]
mod caches;
#[cfg(target_os = "linux")]
mod cost;
#[cfg(target_os = "linux")]
mod ends;
#[cfg(target_os = "linux")]
mod fixes;
#[cfg(target_os = "linux")]
mod hostile;
#[cfg(target_os = "linux")]
mod limits;
#[cfg(target_os = "linux")]
mod place;
#[cfg(target_os = "linux")]
mod scripts;
#[cfg(target_os = "linux")]
mod user;
#[cfg(target_os = "linux")]
mod view;

#[cfg(target_os = "linux")]
fn main() {
    let argv: Vec<_> = std::env::args_os().collect();
    match argv.get(1).and_then(|part| part.to_str()) {
        // As the program itself is called: `hold -- <argument>...`.
        Some("hold") => {
            let done = kernel::process::hold(argv.get(3..).unwrap_or_default());
            std::process::exit(i32::from(!done));
        }
        Some("be-a-runner") => ends::be_a_runner(),
        _ => {}
    }
    let arguments = libtest_mimic::Arguments::from_args();
    let suites = [
        view::tests(),
        limits::tests(),
        ends::tests(),
        cost::tests(),
        caches::tests(),
        user::tests(),
        fixes::tests(),
        hostile::tests(),
        scripts::tests(),
    ];
    libtest_mimic::run(&arguments, suites.into_iter().flatten().collect()).exit();
}

#[cfg(not(target_os = "linux"))]
fn main() {}
