use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use adapters::{Ended, Exit, Invocation, Judged, Judgement, Plan, Refusal, Target};
use finding::{RepoPath, Tree};
use kernel::process::{
    Cancel,
    bench::{Bench, End, Task},
};

use super::Tool;

const ROOT: &str = "tree";
const BESIDE: &str = "beside";
/// Characters of what a program says that are told.
const LINE_CHARS_MAX: usize = 200;

/// What is told of each file that is laid out.
pub(crate) type Note<'a> = &'a dyn Fn(&RepoPath, &[u8]);

impl Tool {
    /// Has it look into a tree; nothing where there is no file for it. What it can't do, or
    /// does otherwise than it should, is an error.
    pub(crate) fn look(
        &self,
        tree: &dyn Tree,
        note: Note,
        deadline: Instant,
    ) -> Result<Option<Judgement>, String> {
        let bench = Bench::new(&self.holds.config, self.backend, &self.holds.within)
            .and_then(|bench| bench.make(BESIDE).map(|()| bench))
            .map_err(|error| error.message)?;
        let (root, beside) = (Bench::inside(ROOT), Bench::inside(BESIDE));
        self.identify(&bench, &beside, deadline)?;
        let target = Target {
            tree,
            root: &root,
            beside: &beside,
            data: self.data.as_deref(),
            rules: self.rules.as_deref(),
        };
        let plan = match self.adapter.plan(&target) {
            Ok(plan) => plan,
            Err(Refusal::NoFiles(_)) => return Ok(None),
            Err(refusal) => return Err(refusal.to_string()),
        };
        lay_tree(&bench, &root, tree, &plan, note)?;
        let ends = plan.invocations.iter().map(|invocation| self.invoke(&bench, invocation, deadline));
        let ends = ends.collect::<Result<Vec<_>, _>>()?;
        match self.adapter.judge(&target, &ends) {
            Judged::Findings(judgement) => Ok(Some(judgement)),
            Judged::Error(reason) => Err(reason),
        }
    }

    fn identify(&self, bench: &Bench, beside: &str, deadline: Instant) -> Result<(), String> {
        let asks = self.adapter.asks(beside);
        let answers = asks.iter().map(|ask| self.invoke(bench, ask, deadline));
        let answers = answers.collect::<Result<Vec<_>, _>>()?;
        let identity = self.adapter.identity(&answers, &self.program.sha256, &self.pins);
        identity.map(|identity| self.is_known(identity)).map_err(|unfit| match first_line(&answers) {
            Some(line) => format!("{unfit}: `{line}`"),
            None => unfit.to_string(),
        })
    }

    fn invoke(&self, bench: &Bench, invocation: &Invocation, deadline: Instant) -> Result<Ended, String> {
        for laid in &invocation.lay {
            bench.lay(&laid.path, &laid.bytes).map_err(|error| error.message)?;
        }
        let program = self.program.path.to_string_lossy().into_owned();
        let left = deadline.saturating_duration_since(Instant::now());
        let done = bench.run(
            &Task {
                argv: std::iter::once(program).chain(invocation.arguments.iter().cloned()).collect(),
                environment: &invocation.environment,
                directory: &invocation.directory,
                report: &invocation.report,
                shown: &self.shown(),
                wall: left.min(Duration::from_millis(invocation.timeout_ms_max)),
            },
            &self.holds.itself,
            &Cancel::default(),
        );
        let exit = match done.end {
            End::Code(code) => Exit::Code(code),
            End::Signal(signal) => Exit::Signal(signal),
            End::TimedOut => Exit::TimedOut,
            End::TooMuch => Exit::TooMuch,
            End::Unheld(why) => return Err(format!("`{}` could not be run: {why}", self.name())),
        };
        Ok(Ended { exit, stdout: done.out, stderr: done.err, report: done.report })
    }

    /// What it sees of the machine, besides the machine's programs.
    fn shown(&self) -> Vec<PathBuf> {
        let own = self.program.shown(&self.holds.config);
        let named = [&self.rules, &self.data].into_iter().flatten().map(PathBuf::from);
        own.into_iter().chain(named).chain(self.show.iter().cloned()).collect()
    }
}

/// The beginning of what a program said.
fn first_line(answers: &[Ended]) -> Option<String> {
    let said = answers.iter().flat_map(|answer| [&answer.stderr, &answer.stdout]);
    let texts = said.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let mut lines =
        texts.filter_map(|text| text.lines().find(|line| !line.trim().is_empty()).map(str::to_owned));
    let line = lines.next()?;
    Some(line.chars().take(LINE_CHARS_MAX).collect::<String>().escape_debug().to_string())
}

fn lay_tree(bench: &Bench, root: &str, tree: &dyn Tree, plan: &Plan, note: Note) -> Result<(), String> {
    bench.make(ROOT).map_err(|error| error.message)?;
    for path in tree.paths().iter().filter(|path| !plan.withheld.contains(path)) {
        let Some(bytes) = tree.read(path).map_err(|reason| format!("`{path}` {reason}"))? else { continue };
        note(path, &bytes);
        bench.lay(&format!("{root}/{path}"), &bytes).map_err(|error| error.message)?;
    }
    Ok(())
}
