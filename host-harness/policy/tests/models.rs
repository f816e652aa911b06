//! What becomes of each provider's models: one table in one file. `BLESS=1` writes it.

use std::{fmt::Write as _, fs, path::Path};

use policy::config::{BindingConfig, Config, Provider};

const MODELS: &str = r#"
[[models]]
name = "default"
provider = "openai"
model = "gpt-5"
effort = "medium"
input_per_million = 1250000
output_per_million = 10000000
cached_input_per_million = 125000
limits = { requests = 200, tokens = 500000, money_micros = 2000000 }

[[models]]
name = "chat"
provider = "openai-chat"
model = "gpt-4.1"
stream = false

[[models]]
name = "claude"
provider = "anthropic"
model = "claude-sonnet-4-5"
context_tokens = 200000
input_per_million = 3000000
output_per_million = 15000000
cached_input_per_million = 300000

[[models]]
name = "gemini"
provider = "gemini"
model = "gemini-2.5-pro"
credential = { vault = "team/gemini#key" }

[[models]]
name = "azure"
provider = "azure"
model = "my-deployment"
url = "https://name.openai.azure.com"

[[models]]
name = "azure-dated"
provider = "azure"
model = "gpt-4o"
deployment = "my-deployment"
api_version = "2024-10-21"
url = "https://name.openai.azure.com"
credential = { env = "ENTRA_TOKEN", header = "Authorization", prefix = "Bearer " }

[[models]]
name = "bedrock"
provider = "bedrock"
model = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
region = "eu-central-1"

[[models]]
name = "bedrock-keys"
provider = "bedrock"
model = "m"
region = "us-east-1"
credential = { aws = { access_key = { file = "id" }, secret_key = { vault = "aws#secret" } } }

[[models]]
name = "bedrock-bearer"
provider = "bedrock"
model = "m"
region = "us-east-1"
credential = { env = "AWS_BEARER_TOKEN_BEDROCK" }

[[models]]
name = "mistral"
provider = "mistral"
model = "codestral-latest"

[[models]]
name = "openrouter"
provider = "openrouter"
model = "anthropic/claude-sonnet-4.5"
cache = false

[[models]]
name = "ollama"
provider = "ollama"
model = "qwen3-coder:30b"
patience_ms = 120000

[[models]]
name = "lan"
provider = "compatible"
model = "local"
url = "http://10.20.0.7:8000/v1"
private = ["10.20.0.0/16"]
timeout_ms = 5000

[[models]]
name = "recorded"
provider = "recorded"
file = "x.jsonl"
dialect = "anthropic-messages"

[roles]
plan = ["claude"]
edit = ["default", "claude"]
"#;

/// Everything that a binding has, so that a key which is added has to be thought of here.
fn told(binding: &BindingConfig) -> String {
    let BindingConfig { name, kind, protocol, url, allow, actions, headers, credential, .. } = binding;
    let BindingConfig { sign, mail, ca_file, proxy, private, redirects, timeout_ms, .. } = binding;
    let BindingConfig { connect_timeout_ms, idle_timeout_ms, patience_ms, attempts, breaker, .. } = binding;
    let BindingConfig { limits, usage, request_bytes_max, response_bytes_max, stream, model, .. } = binding;
    let mut text = format!("{name}: {kind:?} over {protocol:?} at {url}\n");
    for (name, action) in actions {
        let again = if action.harmless { "harmless" } else { "once" };
        let _ = writeln!(text, "  {name}: {} {} ({again})", action.method.as_str(), action.path);
    }
    let _ = writeln!(
        text,
        "  headers {headers:?}, credential {}",
        credential.as_ref().map_or("none".to_owned(), |one| format!("{one:?}"))
    );
    let _ = writeln!(text, "  allow {allow:?}, sign {sign}, mail {mail:?}, redirects {redirects:?}");
    let _ = writeln!(text, "  ca {ca_file:?}, proxy {proxy:?}, private {private:?}");
    let _ = writeln!(
        text,
        "  ms: {timeout_ms} in all, {connect_timeout_ms} to connect, {idle_timeout_ms} idle, {patience_ms:?} patience; attempts {attempts}, {breaker:?}"
    );
    let _ =
        writeln!(text, "  {limits:?}, {request_bytes_max} and {response_bytes_max} bytes, stream {stream}");
    let usage = usage.as_ref().unwrap();
    let _ = writeln!(
        text,
        "  input {:?} output {:?} total {:?}",
        usage.input_tokens, usage.output_tokens, usage.total_tokens
    );
    let _ = writeln!(
        text,
        "  cached {:?} written {:?} {:?}",
        usage.cached_input_tokens, usage.written_input_tokens, usage.cached
    );
    let _ = writeln!(text, "  {:?}\n  {:?}", usage.price(), model.as_ref().unwrap());
    text
}

#[test]
fn every_provider_comes_to_what_the_table_says() {
    let config = Config::parse(MODELS).unwrap();
    let mut text: String = config.bindings.iter().map(|binding| told(binding) + "\n").collect();
    for words in &config.models.models {
        let _ = writeln!(text, "{}", serde_json::to_string(words).unwrap());
    }
    let _ = writeln!(text, "{}", serde_json::to_string(&config.models.roles).unwrap());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/models.txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap();
    let differing = text.lines().zip(golden.lines()).find(|(now, then)| now != then);
    assert_eq!(differing, None, "(what is, what the table says)");
    assert_eq!(text, golden);
}

#[test]
fn every_provider_has_its_place_in_the_table() {
    for provider in Provider::ALL {
        assert!(MODELS.contains(&format!("provider = \"{}\"\n", provider.as_str())), "{provider:?}");
    }
}

/// The words are what the agent hears: nothing of where a model is, nor of what it is known by.
#[test]
fn no_address_and_no_credential_is_told() {
    let config = Config::parse(MODELS).unwrap();
    let words = serde_json::to_string(&config.models).unwrap();
    for binding in &config.bindings {
        assert!(!words.contains(&binding.url) && !words.contains("http"), "{words}");
    }
    assert!(!words.contains("KEY") && !words.contains("vault") && !words.contains(".jsonl"), "{words}");
}

fn guide() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guides/models.md");
    fs::read_to_string(path).expect("the guide")
}

/// Every example of the guide is one that is read, and every provider has one.
#[test]
fn what_the_guide_shows_is_read() {
    let text = guide();
    let blocks = text.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    let (models, parts): (Vec<_>, Vec<_>) = blocks.partition(|block| block.contains("[[models]]"));
    for block in &models {
        Config::parse(block).unwrap_or_else(|error| panic!("{block}: {error}"));
    }
    for part in parts {
        let whole = match part.trim_start().starts_with("[roles]") {
            true => ["big", "default", "second"]
                .map(|name| format!("[[models]]\nname = \"{name}\"\nprovider = \"ollama\"\nmodel = \"m\"\n"))
                .concat(),
            false => {
                "[[models]]\nname = \"a\"\nprovider = \"bedrock\"\nregion = \"r\"\nmodel = \"m\"\n".to_owned()
            }
        };
        Config::parse(&format!("{whole}{part}")).unwrap_or_else(|error| panic!("{part}: {error}"));
    }
    let shown = models.concat();
    // `openai-chat` stands beside `openai`, of which it differs in nothing else.
    for provider in Provider::ALL.into_iter().filter(|one| *one != Provider::OpenaiChat) {
        assert!(shown.contains(&format!("provider = \"{}\"", provider.as_str())), "{provider:?}");
    }
}

/// The fault of a key that there is not names all that there are.
#[test]
fn the_guide_lists_every_key() {
    let fault = Config::parse("[[models]]\nkeys = 1").unwrap_err().to_string();
    let keys: Vec<_> = fault.split('`').skip(3).step_by(2).collect();
    assert!(keys.len() > 25, "{fault}");
    let text = guide();
    let table = text.split("## Every key").nth(1).unwrap();
    for key in keys {
        assert!(table.contains(&format!("`{key}`")), "{key}");
    }
}
