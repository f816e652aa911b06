//! Ecosystem by preset: what is run.

use agent_contract::check::CheckPreset::{self, Build, Dependency, Lint, Typecheck, Unit};

use super::Repository;

/// An ecosystem, known by a file in the root.
struct Ecosystem {
    name: &'static str,
    marks: &'static [&'static str],
    /// A wrapper in the repository that takes the place of the first word.
    wrapper: Option<&'static str>,
    commands: &'static [(CheckPreset, &'static [&'static str])],
}

const TABLE: &[Ecosystem] = &[
    Ecosystem {
        name: "cargo",
        marks: &["Cargo.toml"],
        wrapper: None,
        commands: &[
            (Unit, &["cargo", "test"]),
            (Lint, &["cargo", "clippy", "--all-targets", "--", "-D", "warnings"]),
            (Typecheck, &["cargo", "check", "--all-targets"]),
            (Build, &["cargo", "build"]),
        ],
    },
    Ecosystem {
        name: "cargo",
        marks: &["Cargo.lock"],
        wrapper: None,
        commands: &[(Dependency, &["cargo", "tree", "--locked", "--quiet"])],
    },
    Ecosystem {
        name: "go",
        marks: &["go.mod"],
        wrapper: None,
        commands: &[
            (Unit, &["go", "test", "./..."]),
            (Lint, &["go", "vet", "./..."]),
            (Build, &["go", "build", "./..."]),
            (Dependency, &["go", "mod", "verify"]),
        ],
    },
    Ecosystem {
        name: "maven",
        marks: &["pom.xml"],
        wrapper: Some("mvnw"),
        commands: &[
            (Unit, &["mvn", "-B", "-q", "test"]),
            (Typecheck, &["mvn", "-B", "-q", "test-compile"]),
            (Build, &["mvn", "-B", "-q", "package", "-DskipTests"]),
            (Dependency, &["mvn", "-B", "-q", "dependency:resolve"]),
        ],
    },
    Ecosystem {
        name: "gradle",
        marks: &["build.gradle", "build.gradle.kts"],
        wrapper: Some("gradlew"),
        commands: &[
            (Unit, &["gradle", "--console=plain", "test"]),
            (Lint, &["gradle", "--console=plain", "check", "-x", "test"]),
            (Build, &["gradle", "--console=plain", "assemble"]),
            (Dependency, &["gradle", "--console=plain", "dependencies"]),
        ],
    },
    Ecosystem {
        name: "python",
        marks: &["ruff.toml", ".ruff.toml"],
        wrapper: None,
        commands: &[(Lint, &["ruff", "check", "."])],
    },
    Ecosystem { name: "python", marks: &[".flake8"], wrapper: None, commands: &[(Lint, &["flake8"])] },
    Ecosystem {
        name: "python",
        marks: &["mypy.ini", ".mypy.ini"],
        wrapper: None,
        commands: &[(Typecheck, &["mypy", "."])],
    },
    Ecosystem {
        name: "python",
        marks: &["pyrightconfig.json"],
        wrapper: None,
        commands: &[(Typecheck, &["pyright"])],
    },
];

/// Tools that a Python project names in its own files, and the check that each is.
const PYTHON_TOOLS: &[(&str, CheckPreset, &[&str])] = &[
    ("[tool.ruff", Lint, &["ruff", "check", "."]),
    ("[flake8]", Lint, &["flake8"]),
    ("[tool.pylint", Lint, &["pylint", "."]),
    ("[tool.mypy", Typecheck, &["mypy", "."]),
    ("[mypy]", Typecheck, &["mypy", "."]),
    ("[tool.pyright", Typecheck, &["pyright"]),
    ("[build-system]", Build, &["python3", "-m", "build", "--no-isolation"]),
];
const PYTHON_FILES: &[&str] =
    &["pyproject.toml", "setup.cfg", "tox.ini", "setup.py", "requirements.txt", "pytest.ini"];

/// Python's own tests, of which there must be one: older versions pass without any.
pub(super) const UNITTEST: &str = "import sys, unittest; \
    result = unittest.main(module=None, exit=False).result; \
    print('no test was run') if result.testsRun == 0 else None; \
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 5)";

type Named = (&'static str, Vec<String>);

/// The files by which a preset is known.
pub(super) fn marks(preset: CheckPreset) -> Vec<&'static str> {
    let speaks = |ecosystem: &&Ecosystem| {
        preset == CheckPreset::All || ecosystem.commands.iter().any(|(name, _)| *name == preset)
    };
    let mut marks: Vec<_> =
        TABLE.iter().filter(speaks).flat_map(|ecosystem| ecosystem.marks).copied().collect();
    marks.dedup();
    marks
}

/// Whether a Python project can name a tool for a preset.
pub(super) fn has_python_tool(preset: CheckPreset) -> bool {
    PYTHON_TOOLS.iter().any(|(_, of, _)| *of == preset)
}

/// The commands of every ecosystem that the repository has.
pub(super) fn commands(preset: CheckPreset, files: &[String], repository: &dyn Repository) -> Vec<Named> {
    let has = |name: &&str| files.iter().any(|file| file == name);
    let known = TABLE.iter().filter(|ecosystem| ecosystem.marks.iter().any(&has));
    let rows = known.flat_map(|ecosystem| ecosystem.commands.iter().map(move |row| (ecosystem, row)));
    let mut found: Vec<Named> = rows
        .filter(|(_, (name, _))| *name == preset)
        .map(|(ecosystem, (_, argv))| (ecosystem.name, argv_of(ecosystem, argv, files)))
        .collect();
    if !found.iter().any(|(name, _)| *name == "python") {
        found.extend(python(preset, files, repository).map(|argv| ("python", argv)));
    }
    found
}

fn owned(argv: &[&str]) -> Vec<String> {
    argv.iter().map(|word| (*word).to_owned()).collect()
}

fn argv_of(ecosystem: &Ecosystem, argv: &[&str], files: &[String]) -> Vec<String> {
    let mut argv = owned(argv);
    if let Some(wrapper) = ecosystem.wrapper.filter(|wrapper| files.iter().any(|file| file == wrapper)) {
        argv[0] = format!("./{wrapper}");
    }
    argv
}

fn python(preset: CheckPreset, files: &[String], repository: &dyn Repository) -> Option<Vec<String>> {
    let own: Vec<_> = PYTHON_FILES.iter().filter(|name| files.iter().any(|file| file == *name)).collect();
    let text: String = own
        .iter()
        .filter_map(|name| repository.read(name))
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .collect();
    let tool = PYTHON_TOOLS.iter().find(|(mark, of, _)| *of == preset && text.contains(mark));
    tool.map(|(.., argv)| owned(argv))
        .or_else(|| (preset == Unit).then(|| tests(&own, &text, files, repository)).flatten())
}

/// pytest where the project speaks of it, else the tests that Python itself finds.
fn tests(own: &[&&str], text: &str, files: &[String], repository: &dyn Repository) -> Option<Vec<String>> {
    let is_test = |name: &String| name.starts_with("test_") && name.ends_with(".py");
    let folder =
        ["tests", "test"].into_iter().find(|folder| repository.list(Some(folder)).iter().any(is_test));
    let any = folder.is_some() || files.iter().any(is_test);
    if text.contains("pytest") || files.iter().any(|file| file == "conftest.py") {
        return (any || !own.is_empty()).then(|| owned(&["python3", "-m", "pytest", "-q"]));
    }
    let mut argv = owned(&["python3", "-c", UNITTEST, "discover"]);
    argv.extend(folder.into_iter().flat_map(|folder| ["-s", folder]).map(str::to_owned));
    any.then_some(argv)
}
