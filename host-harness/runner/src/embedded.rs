//! The agent that is part of this program, compiled ahead of time.

#![allow(unsafe_code, reason = "the bytes were made by our own build script and are part of this program")]

use wasmtime::{Config, Engine, component::Component};

#[repr(C, align(4096))]
struct Paged<T: ?Sized>(T);

static EMBEDDED: &Paged<[u8]> = &Paged(*include_bytes!(concat!(env!("OUT_DIR"), "/agent.cwasm")));

/// The component, and an engine for it.
pub(crate) fn load(config: Config) -> wasmtime::Result<(Engine, Component)> {
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    if in_place::is_first() {
        return in_place::load(config);
    }
    let engine = Engine::new(&config)?;
    // SAFETY: it is what Wasmtime made of our own component.
    let component = unsafe { Component::deserialize(&engine, &EMBEDDED.0) }?;
    Ok((engine, component))
}

/// Its code, run from where it lies in this program: what a run does not use is not even read,
/// and nothing is copied. Other platforms have other sizes of pages.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod in_place {
    use std::{
        ffi::c_void,
        ptr::NonNull,
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
    };

    use rustix::mm::{MprotectFlags, mprotect};
    use wasmtime::{Config, CustomCodeMemory, Engine, component::Component};

    use super::EMBEDDED;

    static TAKEN: AtomicBool = AtomicBool::new(false);

    /// Whether nobody asked before: Wasmtime takes code at one place once.
    pub(super) fn is_first() -> bool {
        !TAKEN.swap(true, Ordering::Relaxed)
    }

    pub(super) fn load(mut config: Config) -> wasmtime::Result<(Engine, Component)> {
        config.with_custom_code_memory(Some(Arc::new(ReadOnly)));
        let engine = Engine::new(&config)?;
        // SAFETY: nothing writes what is constant, and it lasts as long as the program.
        let component = unsafe { Component::deserialize_raw(&engine, NonNull::from(&EMBEDDED.0)) }?;
        Ok((engine, component))
    }

    /// Code among the constants of this program: it may be run, and never be written.
    struct ReadOnly;

    impl CustomCodeMemory for ReadOnly {
        fn required_alignment(&self) -> usize {
            align_of_val(EMBEDDED)
        }

        fn publish_executable(&self, code: *const u8, len: usize) -> wasmtime::Result<()> {
            let runnable = MprotectFlags::READ | MprotectFlags::EXEC;
            // SAFETY: it is the code of an agent, whole pages of it, and stays what it was.
            unsafe { mprotect(code.cast::<c_void>().cast_mut(), len, runnable) }?;
            Ok(())
        }

        fn unpublish_executable(&self, code: *const u8, len: usize) -> wasmtime::Result<()> {
            // SAFETY: nobody runs it any more.
            unsafe { mprotect(code.cast::<c_void>().cast_mut(), len, MprotectFlags::READ) }?;
            Ok(())
        }
    }
}
