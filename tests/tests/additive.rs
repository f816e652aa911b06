//! Within 1.x the contract only grows: whatever was built or written for the released
//! copy under `tests/released` still works. `BLESS_RELEASE=1` makes today's contract
//! the released one; that is done at a release and at no other time.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use agent_contract::schema::check_document;
use code_assist_tests::{copy, workspace};
use serde_json::{Value, json};
use wit_component::semver_check;
use wit_parser::Resolve;

mod narrower;

use narrower::{Direction, breaks};

const PACKAGE: &str = "agennext:code-assist@1.0.0";

/// The released copy, made anew only once however many tests want it.
static RELEASED: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = workspace().join("tests/released/1.0.0");
    if std::env::var_os("BLESS_RELEASE").is_some() {
        release(&folder);
    }
    folder
});

fn release(folder: &Path) {
    let _ = fs::remove_dir_all(folder);
    copy(&workspace().join("wit"), &folder.join("wit")).unwrap();
    copy(&workspace().join("schemas/examples/valid"), &folder.join("examples")).unwrap();
    fs::create_dir_all(folder.join("schemas")).unwrap();
    for (name, text) in json_files(&workspace().join("schemas")) {
        fs::write(folder.join("schemas").join(name), text).unwrap();
    }
}

fn json_files(folder: &Path) -> Vec<(String, String)> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let mut files: Vec<_> = files
        .map(|path| {
            (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Whether a component for the old WIT still fits the new one. The two need names of
/// their own to stand side by side.
fn fits(old: &Path, new: &Path, change: fn(String) -> String) -> bool {
    let scratch = tempfile::tempdir().unwrap();
    let lay = |from: &Path, name: &str, version: &str, change: fn(String) -> String| {
        let to = scratch.path().join(name);
        fs::create_dir(&to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap().replace(PACKAGE, version);
            fs::write(to.join(path.file_name().unwrap()), change(text)).unwrap();
        }
        to
    };
    let (old, new) = (
        lay(old, "old", "agennext:code-assist@1.0.1", |text| text),
        lay(new, "new", "agennext:code-assist@1.0.2", change),
    );
    let mut resolve = Resolve::default();
    let (old, _) = resolve.push_dir(old).unwrap();
    let (new, _) = resolve.push_dir(new).unwrap();
    let world = |package| resolve.select_world(&[package], Some("code-assist")).unwrap();
    let (old, new) = (world(old), world(new));
    semver_check(resolve, old, new).is_ok()
}

#[test]
fn components_built_for_the_released_wit_still_fit() {
    assert!(fits(&RELEASED.join("wit"), &workspace().join("wit"), |text| text));
}

#[test]
fn a_break_of_the_wit_is_found() {
    let wit = workspace().join("wit");
    let breaks: [fn(String) -> String; 4] = [
        |text| {
            text.replace(
                "read: func(capability: borrow<capability>, path: string)",
                "read: func(capability: borrow<capability>, path: string, depth: u32)",
            )
        },
        |text| text.replace("panicked: func(message: string);", ""),
        |text| {
            text.replace(
                "        mode: option<string>,",
                "        mode: option<string>,\n        owner: string,",
            )
        },
        |text| text.replace("    export agent;", "    export agent;\n    export more: func();"),
    ];
    for (index, change) in breaks.into_iter().enumerate() {
        assert!(!fits(&wit, &wit, change), "break {index}");
    }
    let grows: fn(String) -> String = |text| {
        text.replace(
            "panicked: func(message: string);",
            "panicked: func(message: string);\n    more: func();",
        )
    };
    assert!(fits(&wit, &wit, grows));
}

#[test]
fn documents_written_for_the_released_schemas_are_still_taken() {
    let released = json_files(&RELEASED.join("schemas"));
    assert!(!released.is_empty());
    for (name, text) in released {
        let now = fs::read_to_string(workspace().join("schemas").join(&name))
            .unwrap_or_else(|_| panic!("{name} is gone"));
        let (old, new) = (serde_json::from_str(&text).unwrap(), serde_json::from_str(&now).unwrap());
        assert_eq!(breaks(&old, &new, Direction::of(&name)), Vec::<String>::new(), "{name}");
    }
}

/// What no comparison of schemas can tell, the released examples try.
#[test]
fn the_released_examples_are_still_taken() {
    let released = json_files(&RELEASED.join("examples"));
    assert!(!released.is_empty());
    for (name, text) in released {
        let document = name.split('.').next().unwrap();
        assert_eq!(check_document(document, &text).unwrap(), Ok(()), "{name}");
    }
}

fn schema(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(workspace().join("schemas").join(name)).unwrap()).unwrap()
}

/// A change to a schema, with its name.
type Change = (&'static str, fn(&mut Value));

const BREAKS: &[Change] = &[
    ("a field goes", |schema| drop(schema["properties"].as_object_mut().unwrap().remove("files"))),
    ("a type goes", |schema| drop(schema["$defs"].as_object_mut().unwrap().remove("Scope"))),
    ("a field becomes required", |schema| schema["required"].as_array_mut().unwrap().push("files".into())),
    ("a length shrinks", |schema| schema["properties"]["instruction"]["maxLength"] = 5.into()),
    ("a length grows at its lower end", |schema| schema["properties"]["instruction"]["minLength"] = 2.into()),
    ("a list shrinks", |schema| schema["properties"]["files"]["maxItems"] = 5.into()),
    ("a range shrinks", |schema| schema["$defs"]["Budgets"]["properties"]["seconds"]["maximum"] = 5.into()),
    ("a limit comes", |schema| schema["$defs"]["Scope"]["properties"]["paths"]["maxItems"] = 5.into()),
    ("a name goes", |schema| schema["$defs"]["RunMode"]["oneOf"].as_array_mut().unwrap().truncate(1)),
    ("a type changes", |schema| schema["properties"]["instruction"]["type"] = "integer".into()),
    ("a reference changes", |schema| schema["properties"]["mode"]["$ref"] = "#/$defs/Scope".into()),
    ("a pattern changes", |schema| schema["properties"]["files"]["items"]["pattern"] = "^a$".into()),
    ("a pattern comes", |schema| schema["properties"]["instruction"]["pattern"] = "^a$".into()),
    ("items are constrained", |schema| {
        schema["$defs"]["CheckCommand"]["properties"]["argv"]["items"]["minLength"] = 1.into();
    }),
    ("a rule comes", |schema| schema["allOf"].as_array_mut().unwrap().push(json!({ "required": ["files"] }))),
    ("a free object closes", |schema| {
        schema["$defs"]["DecisionMetadata"]["properties"]["opa"]["additionalProperties"] = false.into();
    }),
    ("items must differ", |schema| schema["properties"]["files"]["uniqueItems"] = true.into()),
    ("a keyword comes that is not known here", |schema| {
        schema["properties"]["files"]["contains"] = json!({})
    }),
];

const GROWTH: &[Change] = &[
    ("an optional field comes", |schema| schema["properties"]["more"] = json!({ "type": "string" })),
    ("a type comes", |schema| schema["$defs"]["More"] = json!({ "type": "string" })),
    ("a name comes", |schema| {
        schema["$defs"]["RunMode"]["oneOf"].as_array_mut().unwrap().push(json!({ "const": "more" }));
    }),
    ("a limit widens", |schema| schema["properties"]["files"]["maxItems"] = 5000.into()),
    ("a limit goes", |schema| {
        drop(schema["properties"]["files"].as_object_mut().unwrap().remove("maxItems"))
    }),
    ("a field is no longer required", |schema| drop(schema["required"].as_array_mut().unwrap().pop())),
    ("a rule goes", |schema| drop(schema["allOf"].as_array_mut().unwrap().pop())),
    ("the words change", |schema| schema["properties"]["files"]["description"] = "Files.".into()),
];

#[test]
fn a_break_of_a_schema_is_found() {
    let old = schema("request.json");
    for (what, change) in BREAKS {
        let mut new = old.clone();
        change(&mut new);
        assert!(!breaks(&old, &new, Direction::Read).is_empty(), "{what}");
    }
}

#[test]
fn growth_of_a_schema_is_no_break() {
    let old = schema("request.json");
    for (what, change) in GROWTH {
        let mut new = old.clone();
        change(&mut new);
        assert_eq!(breaks(&old, &new, Direction::Read), Vec::<String>::new(), "{what}");
    }
}

/// Who reads a result relies on what is always there.
#[test]
fn what_the_runner_writes_stays_whole() {
    let old = schema("result.json");
    let mut new = old.clone();
    new["required"].as_array_mut().unwrap().pop();
    assert!(!breaks(&old, &new, Direction::of("result.json")).is_empty());
    let mut grown = old.clone();
    grown["properties"]["more"] = json!({ "type": "string" });
    assert_eq!(breaks(&old, &grown, Direction::of("result.json")), Vec::<String>::new());
}
