//! Signatures as AWS asks for them: Signature Version 4.

use std::{collections::BTreeMap, fmt::Write as _, time::SystemTime};

use policy::{Code, blob::sha256, config::AwsConfig};
use reqwest::{
    Request, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue},
};
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};

use super::{Credential, failure::Fault};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// What Bedrock is called where it is signed for; its host is called otherwise.
const SERVICE: &str = "bedrock";

const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// Signs the requests of a binding.
pub(super) struct Signer {
    region: String,
    access_key: SecretString,
    secret_key: SecretString,
    session_token: Option<SecretString>,
}

impl Signer {
    /// What signs for a region with these keys.
    pub(super) fn new(config: &AwsConfig, keys: Option<&Credential>) -> Result<Self, Fault> {
        let Some(Credential::Aws { access_key, secret_key, session_token }) = keys else {
            let what = "its requests are signed, and there are no keys of AWS";
            return Err(Fault::own(Code::SecretMissing, what.to_owned()).hint(
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or say where they are in `credential.aws`",
            ));
        };
        Ok(Self {
            region: config.region.clone(),
            access_key: access_key.clone(),
            secret_key: secret_key.clone(),
            session_token: session_token.clone(),
        })
    }

    /// Signs a request as of now.
    pub(super) fn sign(&self, request: &mut Request, body: &[u8], now: SystemTime) -> Result<(), Fault> {
        let stamp = stamp(now);
        request.headers_mut().insert(DATE, header(&stamp)?);
        if let Some(token) = &self.session_token {
            request.headers_mut().insert(TOKEN, header(token.expose_secret())?);
        }
        let mut headers = BTreeMap::from([("host".to_owned(), host(request.url()))]);
        for name in [CONTENT_TYPE, DATE, TOKEN] {
            let value = request.headers().get(&name).and_then(|value| value.to_str().ok());
            headers.extend(value.map(|value| (name.to_string(), value.to_owned())));
        }
        let url = request.url();
        let signed = Signed {
            method: request.method().as_str(),
            path: url.path(),
            query: url.query().unwrap_or_default(),
            headers,
            body,
        };
        let scope = Scope { stamp: &stamp, region: &self.region, service: SERVICE };
        let authorization = signed.authorization(&scope, &self.access_key, &self.secret_key);
        request.headers_mut().insert(AUTHORIZATION, header(&authorization)?);
        Ok(())
    }
}

fn header(text: &str) -> Result<HeaderValue, Fault> {
    let odd = |_| Fault::own(Code::SecretUnusable, "its keys of AWS hold what no header can".to_owned());
    let mut value = HeaderValue::from_str(text).map_err(odd)?;
    value.set_sensitive(true);
    Ok(value)
}

/// The host as it is said in a request: with the port, unless that is the usual one.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or(host.to_owned(), |port| format!("{host}:{port}"))
}

/// For when and where a signature holds.
struct Scope<'a> {
    stamp: &'a str,
    region: &'a str,
    service: &'a str,
}

impl Scope<'_> {
    fn date(&self) -> &str {
        self.stamp.get(..8).unwrap_or_default()
    }

    fn text(&self) -> String {
        format!("{}/{}/{}/aws4_request", self.date(), self.region, self.service)
    }
}

/// What a signature is of.
struct Signed<'a> {
    method: &'a str,
    /// As it is sent: it is encoded once more where it is signed.
    path: &'a str,
    query: &'a str,
    /// Names in small letters.
    headers: BTreeMap<String, String>,
    body: &'a [u8],
}

impl Signed<'_> {
    fn authorization(&self, scope: &Scope<'_>, access: &SecretString, secret: &SecretString) -> String {
        let request = sha256(self.canonical().as_bytes());
        let said = format!("{ALGORITHM}\n{}\n{}\n{request}", scope.stamp, scope.text());
        let first = [b"AWS4", secret.expose_secret().as_bytes()].concat();
        let parts = [scope.date(), scope.region, scope.service, "aws4_request"];
        let key = parts.iter().fold(first, |key, part| mac(&key, part));
        let signature = hex(&mac(&key, &said));
        let (access, scope, names) = (access.expose_secret(), scope.text(), self.names());
        format!("{ALGORITHM} Credential={access}/{scope}, SignedHeaders={names}, Signature={signature}")
    }

    fn names(&self) -> String {
        self.headers.keys().map(String::as_str).collect::<Vec<_>>().join(";")
    }

    /// The request in the one form that everybody signs.
    fn canonical(&self) -> String {
        let headers = self.headers.iter().fold(String::new(), |mut text, (name, value)| {
            let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
            let _ = writeln!(text, "{name}:{value}");
            text
        });
        let path = if self.path.is_empty() { "/".to_owned() } else { encoded(self.path) };
        let (query, names, body) = (self.query(), self.names(), sha256(self.body));
        format!("{}\n{path}\n{query}\n{headers}\n{names}\n{body}", self.method)
    }

    fn query(&self) -> String {
        let pairs = self.query.split('&').filter(|pair| !pair.is_empty());
        let mut pairs: Vec<_> = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect();
        pairs.sort_unstable();
        pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    }
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn encoded(path: &str) -> String {
    path.bytes().fold(String::new(), |mut text, byte| {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => text.push(char::from(byte)),
            byte => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
        text
    })
}

/// A time as `20150830T123600Z`.
fn stamp(now: SystemTime) -> String {
    let seconds = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    format!("{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

/// Year, month and day, so many days after 1970 began. Counted in years from March, so that
/// a leap day is the last one.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests;
