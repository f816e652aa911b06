//! Whether a text could hold a secret. Rather too often than too seldom: what is not
//! remembered does no harm. The Runner looks again, with more patterns.

/// How known tokens begin.
const STARTS: &[&str] = &[
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "sk-",
    "sk_live_",
    "rk_live_",
    "pk_live_",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xoxr-",
    "xapp-",
    "AKIA",
    "ASIA",
    "AIza",
    "ya29.",
    "npm_",
    "pypi-",
    "hf_",
    "eyJ",
    "dop_v1_",
    "SG.",
    "shpat_",
    "sq0",
    "EAAC",
    "AGE-SECRET-KEY-",
    "hvs.",
    "lin_api_",
    "figd_",
];
/// The names of what is kept secret.
const NAMES: &[&str] = &[
    "key",
    "token",
    "secret",
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "credential",
    "credentials",
    "auth",
];

const START_REST_MIN: usize = 6;
const RANDOM_MIN: usize = 20;
const HEX_MIN: usize = 32;

/// Whether a text could hold a secret.
pub fn could_be_secret(text: &str) -> bool {
    text.contains("-----BEGIN") || text.contains("PRIVATE KEY") || has_login(text) || names_one(text) || {
        let part = |c: char| c.is_ascii_alphanumeric() || "+/_=.-~".contains(c);
        text.split(|c| !part(c)).any(|word| is_token(word) || is_random(word))
    }
}

/// `https://name:password@host`.
fn has_login(text: &str) -> bool {
    text.split("://").skip(1).any(|rest| {
        let authority =
            rest.split(|c: char| c.is_whitespace() || "/?#".contains(c)).next().unwrap_or_default();
        authority.contains('@')
    })
}

/// `key=...`, `"token": "..."`, `Authorization: Bearer ...`.
fn names_one(text: &str) -> bool {
    let lower = text.to_lowercase();
    let assigned = lower.match_indices(['=', ':']).any(|(at, sign)| {
        let before = lower[..at].trim_end_matches([' ', '"', '\'', '`', '>']);
        let name = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let value = lower[at + sign.len()..].trim_start_matches([' ', '"', '\'', '`', '=', '>']);
        let is_name = NAMES.contains(&name)
            || name.ends_with("key")
            || name.ends_with("token")
            || name.ends_with("password");
        is_name && value.starts_with(|c: char| !c.is_whitespace())
    });
    assigned || lower.contains("bearer ") || lower.contains("authorization:")
}

fn is_token(word: &str) -> bool {
    let begins = |start: &&str| {
        word.match_indices(*start).any(|(at, _)| {
            let is_start = !word[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
            is_start && word.len() - at - start.len() >= START_REST_MIN
        })
    };
    STARTS.iter().any(begins)
}

/// Long, and of many kinds of letters; or long, and nothing but hexadecimal digits.
fn is_random(word: &str) -> bool {
    word.split(['.', '~']).any(|run| {
        let any = |kind: fn(&u8) -> bool| run.bytes().any(|byte| kind(&byte));
        let mut distinct: Vec<u8> = run.bytes().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let mixed = any(u8::is_ascii_uppercase) && any(u8::is_ascii_lowercase) && any(u8::is_ascii_digit);
        let is_mixed = run.len() >= RANDOM_MIN && mixed && distinct.len() >= RANDOM_MIN / 2;
        let hex = |part: &str| part.len() >= HEX_MIN && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_small = run.len() >= HEX_MIN
            && any(u8::is_ascii_digit)
            && !run.contains(['/', '-', '_'])
            && distinct.len() >= RANDOM_MIN / 2;
        is_mixed || is_small || run.split(['/', '-', '_', '=', '+']).any(hex)
    })
}
