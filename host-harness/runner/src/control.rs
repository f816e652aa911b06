//! The outside's hold on a run that is going on: its time, its end, its capabilities.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use kernel::{KernelError, process::Cancel, revocation};
use policy::Code;
use wasmtime::Engine;

use crate::stop::Stop;

/// How often a call that waits looks whether the run is over.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A handle on a run. Every clone holds the same run.
#[derive(Clone, Default)]
pub struct Control {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    interrupted: AtomicBool,
    timed_out: AtomicBool,
    processes: Cancel,
    engine: Mutex<Option<Engine>>,
    revoked: Mutex<BTreeSet<String>>,
    /// Where others leave word that a capability is taken back.
    folder: OnceLock<PathBuf>,
}

impl Control {
    /// Ends the run: its agent, and every process that it started.
    pub fn interrupt(&self) {
        self.inner.interrupted.store(true, Ordering::SeqCst);
        self.end();
    }

    /// Takes a capability back. The next call under it is denied.
    pub fn revoke(&self, capability_id: &str) {
        lock(&self.inner.revoked).insert(capability_id.to_owned());
    }

    /// Whether the run has to end.
    pub fn must_end(&self) -> bool {
        self.stop().is_some()
    }

    /// Whether anything was taken back at all.
    pub(crate) fn has_revoked(&self) -> bool {
        !lock(&self.inner.revoked).is_empty()
    }

    pub(crate) fn is_revoked(&self, capability_id: &str) -> bool {
        let revoked = lock(&self.inner.revoked);
        revoked.contains(capability_id) || revoked.contains(revocation::ALL)
    }

    /// Looks in the run's folder for what others took back, from now on.
    pub(crate) fn look_in(&self, folder: PathBuf) {
        let _ = self.inner.folder.set(folder.join(revocation::FOLDER));
    }

    /// Takes up what others took back; gives what is new.
    pub(crate) fn look(&self) -> Vec<String> {
        let found = self.inner.folder.get().map(|folder| revocation::read(folder)).unwrap_or_default();
        if found.is_empty() {
            return found;
        }
        let mut revoked = lock(&self.inner.revoked);
        found.into_iter().filter(|id| revoked.insert(id.clone())).collect()
    }

    pub(crate) fn processes(&self) -> &Cancel {
        &self.inner.processes
    }

    /// Why the run must end, if it must.
    pub(crate) fn stop(&self) -> Option<Stop> {
        if self.inner.interrupted.load(Ordering::SeqCst) {
            return Some(Stop::new(Code::Interrupted, "the run was interrupted"));
        }
        let timed_out = self.inner.timed_out.load(Ordering::SeqCst);
        timed_out.then(|| Stop::new(Code::LimitTime, "the run took longer than it may"))
    }

    /// Waits for what lies beyond the machine, and no longer than the run goes on.
    pub(crate) async fn unless_over<T>(
        &self,
        work: impl Future<Output = Result<T, KernelError>>,
    ) -> Result<T, KernelError> {
        let mut work = std::pin::pin!(work);
        loop {
            if let Ok(done) = tokio::time::timeout(LOOK_EVERY, &mut work).await {
                return done;
            }
            if let Some(stop) = self.stop() {
                return Err(KernelError::new(stop.code, stop.message));
            }
        }
    }

    fn end(&self) {
        self.inner.processes.cancel();
        if let Some(engine) = lock(&self.inner.engine).as_ref() {
            engine.increment_epoch();
        }
    }

    /// Watches over a run until the watch is dropped.
    pub(crate) fn watch(&self, engine: &Engine, time: Duration) -> Watch {
        *lock(&self.inner.engine) = Some(engine.clone());
        let over = Arc::new((Mutex::new(false), Condvar::new()));
        let (control, signal) = (self.clone(), over.clone());
        let thread = std::thread::spawn(move || control.wait(&signal, Instant::now() + time));
        Watch { over, thread: Some(thread) }
    }

    fn wait(&self, (over, signal): &(Mutex<bool>, Condvar), deadline: Instant) {
        let left = deadline.saturating_duration_since(Instant::now());
        let waited = signal.wait_timeout_while(lock(over), left, |over| !*over);
        let timed_out = waited.unwrap_or_else(PoisonError::into_inner).1.timed_out();
        if timed_out {
            self.inner.timed_out.store(true, Ordering::SeqCst);
            self.end();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The watch over a run's time.
pub(crate) struct Watch {
    over: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        *lock(&self.over.0) = true;
        self.over.1.notify_all();
        self.thread.take().map(JoinHandle::join);
    }
}
