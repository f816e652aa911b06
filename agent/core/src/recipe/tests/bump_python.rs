use super::*;

fn bump(version: &'static str, more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    [&[("package", "some.package"), ("version", version)], more].concat()
}

const PROJECT: &str = r#"
[build-system]
requires = ["some-package>=1.0", "other"]
[project]
dependencies = [
  "Some_Package[extra] ~= 1.2 ; python_version < '3.12'",  # kept
  "some-package-extra>=1",
]
optional-dependencies.dev = ['some--package==1.2.3']
[dependency-groups]
test = ["some.package (>=1.0)", { include-group = "dev" }]
[tool.uv]
dev-dependencies = ["some-package==1.3"]
[tool.poetry.dependencies]
some-package = "^1.2"
[tool.poetry.group.dev.dependencies]
some-package = { version = "~1.2", optional = true }
"#;

#[test]
fn every_list_and_table_is_seen_and_every_other_byte_kept() {
    let mut there = shelf(&[("pyproject.toml", PROJECT)]);
    there.did("bump", &bump("1.4.0", &[]));
    let expected = PROJECT
        .replace("some-package>=1.0", "some-package>=1.4.0")
        .replace("~= 1.2 ;", "~= 1.4.0 ;")
        .replace("==1.2.3", "==1.4.0")
        .replace("==1.3", "==1.4.0")
        .replace("(>=1.0)", "(>=1.4.0)")
        .replace("\"^1.2\"", "\"^1.4.0\"")
        .replace("\"~1.2\"", "\"~1.4.0\"");
    assert_eq!(there.text("pyproject.toml"), expected);
}

const LINES: &str = "# some.package==1.0\n-r other.txt\n\nSome-Package==1.0rc1  # why\r\nsome_package [x]>=1.0;os_name=='nt'\nother==1.0\n";

#[test]
fn requirements_files_are_seen() {
    for name in ["requirements.txt", "requirements-dev.txt", "constraints.txt", "requirements/base.txt"] {
        let mut there = shelf(&[(name, LINES), ("notes.txt", LINES)]);
        there.did("bump", &bump("1.4.0", &[]));
        let expected = LINES.replace("==1.0rc1", "==1.4.0").replace(">=1.0;", ">=1.4.0;");
        assert_eq!((there.text(name), there.text("notes.txt")), (expected.as_str(), LINES));
    }
}

#[test]
fn what_is_unclear_is_refused_and_what_names_no_version_left() {
    for (line, code) in [
        ("some-package>=1.0,<2", "recipe-requirement-unclear"),
        ("some-package!=1.0", "recipe-requirement-unclear"),
        ("some-package==1.*", "recipe-requirement-unclear"),
        ("some-package===1.0", "recipe-requirement-unclear"),
        ("some-package>1.0", "recipe-requirement-unclear"),
        ("some-package==2.0", "recipe-downgrade"),
        ("some-package==1.4.0", "edit-without-effect"),
        ("some-package==1.4", "edit-without-effect"),
        ("some-package", "edit-without-effect"),
        ("some-package @ https://example.com/x.whl", "edit-without-effect"),
        ("some-package==1.0 --hash=sha256:aa", "recipe-lock"),
        ("some-package==1.0 \\\n    --hash=sha256:aa", "recipe-lock"),
        ("some-package2==1.0", "recipe-nothing-found"),
    ] {
        let mut there = shelf(&[("requirements.txt", &format!("{line}\n"))]);
        assert_eq!(there.fault("bump", &bump("1.4.0", &[])).0, code, "{line}");
    }
}

#[test]
fn a_requirement_over_several_lines_is_called_that() {
    for (line, code, why) in [
        ("some-package==1.0 \\\n    ; os_name == 'nt'", "recipe-requirement-unclear", "over several lines"),
        ("some-package \\\r\n    ==1.0", "recipe-requirement-unclear", "over several lines"),
        ("some-package==1.0 \\\nother==1.0 --hash=sha256:aa", "recipe-lock", "has hashes"),
        (
            "some-package==1.0 \\\n  ; os_name == 'nt'\nother==1.0 --hash=sha256:aa",
            "recipe-requirement-unclear",
            "joined by",
        ),
        ("some-package==1.0 \\\n  ; os_name == 'nt' \\\n  --hash=sha256:aa", "recipe-lock", "has hashes"),
    ] {
        let mut there = shelf(&[("requirements.txt", &format!("{line}\n"))]);
        let (found, message) = there.fault("bump", &bump("1.4.0", &[]));
        assert_eq!(found, code, "{line}");
        assert!(message.contains(why), "{message}");
    }
}

#[test]
fn lock_files_can_not_be_kept_right() {
    for name in ["uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock"] {
        let files = &[("pyproject.toml", "[project]\ndependencies = [\"some-package==1.0\"]\n"), (name, "x")];
        assert_eq!(shelf(files).fault("bump", &bump("1.4.0", &[])).0, "recipe-lock", "{name}");
        shelf(files).did("bump", &bump("1.4.0", &[("lock", "leave")]));
    }
}

#[test]
fn files_that_nobody_reads_are_told() {
    let files = &[
        ("requirements.txt", "some.package==1.0\n"),
        ("setup.py", "install_requires=['some.package>=1.0']\n"),
        ("setup.cfg", "[metadata]\n"),
    ];
    let outcome = shelf(files).did("bump", &bump("1.4.0", &[]));
    assert_eq!(outcome.warnings, ["`setup.py` names `some.package` too; that is left as it is"]);
}
