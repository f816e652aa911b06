//! It repeats all that it hears, wherever it can.
#![cfg(target_arch = "wasm32")]

use guests::{audit, bindings::agennext::code_assist::types::Error, capability, file, network, repo};

guests::agent!(
    answers | _ | {
        let (invoke, note, write) =
            (capability("protocol.invoke"), capability("audit.write"), capability("repo.write"));
        let mut all = String::new();
        for binding in ["by-env", "by-file", "by-vault"] {
            let said = network::invoke(&invoke, binding, "echo", "{}");
            let (Ok(text) | Err(Error::Refused(text) | Error::Failed(text))) = said;
            let quoted =
                format!("\"{}\"", text.escape_default().to_string().replace('\\', "/").replace('"', "'"));
            let _ = audit::record(&note, "heard", &quoted);
            let _ = audit::record(&note, "heard", &text);
            let _ = audit::progress(&note, &text);
            let _ = repo::write(&write, &[file(&format!("{binding}.txt"), text.clone().into_bytes())]);
            all.push_str(&quoted.replace('"', ""));
        }
        audit::panicked(&all);
        format!(r#"{{"conclusion":"proposed","summary":"{all}","changelog":"{all}","warnings":["{all}"]}}"#)
    }
);
