//! Within 1.x the contract only grows: whatever was built or written for the released
//! copy under `tests/released` still works. `BLESS_RELEASE=1` makes today's contract
//! the released one; that is done at a release and at no other time.

use std::{fs, path::Path};

use code_assist_tests::{copy, workspace};
use serde_json::Value;
use wit_component::semver_check;
use wit_parser::Resolve;

const PACKAGE: &str = "agennext:code-assist@1.0.0";

fn released() -> std::path::PathBuf {
    let folder = workspace().join("tests/released/1.0.0");
    if std::env::var_os("BLESS_RELEASE").is_some() {
        let _ = fs::remove_dir_all(&folder);
        copy(&workspace().join("wit"), &folder.join("wit")).unwrap();
        fs::create_dir_all(folder.join("schemas")).unwrap();
        for (name, text) in schemas(&workspace().join("schemas")) {
            fs::write(folder.join("schemas").join(name), text).unwrap();
        }
    }
    folder
}

fn schemas(folder: &Path) -> Vec<(String, String)> {
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
    assert!(fits(&released().join("wit"), &workspace().join("wit"), |text| text));
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

/// Every way in which `new` is narrower than `old`.
fn breaks(old: &Value, new: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    if old.get("type") != new.get("type")
        || old.get("pattern") != new.get("pattern")
        || old.get("$ref") != new.get("$ref")
    {
        found.push(format!("{at}: type, pattern or reference changed"));
    }
    let number = |schema: &Value, name: &str| schema.get(name).and_then(Value::as_f64);
    for (name, tighter) in [
        ("maximum", -1.0),
        ("maxLength", -1.0),
        ("maxItems", -1.0),
        ("minimum", 1.0),
        ("minLength", 1.0),
        ("minItems", 1.0),
    ] {
        let narrowed = match (number(old, name), number(new, name)) {
            (Some(old), Some(new)) => (new - old) * tighter > 0.0,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        if narrowed {
            found.push(format!("{at}: `{name}` is tighter"));
        }
    }
    for (name, gone) in [("enum", "a name is gone"), ("oneOf", "a choice is gone")] {
        let list = |schema: &Value| schema.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let names = |schema: &Value| {
            list(schema).iter().map(|item| item.get("const").unwrap_or(item).clone()).collect::<Vec<_>>()
        };
        if names(old).iter().any(|item| !names(new).contains(item)) {
            found.push(format!("{at}: {gone}"));
        }
    }
    let required =
        |schema: &Value| schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    if required(new).iter().any(|name| !required(old).contains(name)) {
        found.push(format!("{at}: a field is newly required"));
    }
    for keyword in ["properties", "$defs"] {
        for (name, inner) in old.get(keyword).and_then(Value::as_object).into_iter().flatten() {
            match new.get(keyword).and_then(|fields| fields.get(name)) {
                None => found.push(format!("{at}/{name}: gone")),
                Some(other) => found.extend(breaks(inner, other, &format!("{at}/{name}"))),
            }
        }
    }
    if let (Some(old), Some(new)) = (old.get("items"), new.get("items")) {
        found.extend(breaks(old, new, &format!("{at}[]")));
    }
    found
}

#[test]
fn documents_written_for_the_released_schemas_are_still_taken() {
    let released = released();
    assert!(!schemas(&released.join("schemas")).is_empty());
    for (name, text) in schemas(&released.join("schemas")) {
        let now = fs::read_to_string(workspace().join("schemas").join(&name))
            .unwrap_or_else(|_| panic!("{name} is gone"));
        let (old, new) = (serde_json::from_str(&text).unwrap(), serde_json::from_str(&now).unwrap());
        assert_eq!(breaks(&old, &new, &name), Vec::<String>::new());
    }
}

#[test]
fn a_break_of_a_schema_is_found() {
    let text = fs::read_to_string(workspace().join("schemas/request.json")).unwrap();
    let old: Value = serde_json::from_str(&text).unwrap();
    let changes: [fn(&mut Value); 5] = [
        |schema| drop(schema["properties"].as_object_mut().unwrap().remove("files")),
        |schema| schema["required"].as_array_mut().unwrap().push("files".into()),
        |schema| schema["properties"]["instruction"]["maxLength"] = 5.into(),
        |schema| schema["$defs"]["RunMode"]["oneOf"].as_array_mut().unwrap().truncate(1),
        |schema| schema["properties"]["instruction"]["type"] = "integer".into(),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let mut new = old.clone();
        change(&mut new);
        assert!(!breaks(&old, &new, "").is_empty(), "break {index}");
    }
    let mut grown = old.clone();
    grown["properties"]["more"] = serde_json::json!({ "type": "string" });
    assert_eq!(breaks(&old, &grown, ""), Vec::<String>::new());
}
