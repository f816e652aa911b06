use finding::Severity;

/// The longest vector that is looked at; real ones have less than 200 bytes.
const VECTOR_BYTES_MAX: usize = 512;

/// How grave a CVSS vector of version 2, 3.0, 3.1 or 4.0 says something is; none where it can't
/// be read or lacks a base metric, because half a vector scores too low.
pub fn severity_of_vector(vector: &str) -> Option<Severity> {
    let vector = vector.trim().trim_start_matches('(').trim_end_matches(')');
    if vector.len() > VECTOR_BYTES_MAX || !is_whole(vector) {
        return None;
    }
    let score = vector.parse::<cvss::Cvss>().ok()?.score();
    Some(band(score))
}

/// The bands of CVSS 3 and 4, which also hold for version 2 here: a 9 is as bad in each.
pub fn band(score: f64) -> Severity {
    match score {
        score if score >= 9.0 => Severity::Critical,
        score if score >= 7.0 => Severity::High,
        score if score >= 4.0 => Severity::Medium,
        _ => Severity::Low,
    }
}

/// The band that a database names in words.
pub fn named(word: &str) -> Option<Severity> {
    match word.to_ascii_lowercase().as_str() {
        "critical" => Some(Severity::Critical),
        "high" | "important" => Some(Severity::High),
        "medium" | "moderate" => Some(Severity::Medium),
        "low" | "none" | "negligible" => Some(Severity::Low),
        _ => None,
    }
}

fn is_whole(vector: &str) -> bool {
    let base: &[&str] = if vector.starts_with("CVSS:4.") {
        &["AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"]
    } else if vector.starts_with("CVSS:3.") {
        &["AV", "AC", "PR", "UI", "S", "C", "I", "A"]
    } else {
        &["AV", "AC", "Au", "C", "I", "A"]
    };
    let names: Vec<&str> =
        vector.split('/').filter_map(|metric| metric.split_once(':')).map(|(name, _)| name).collect();
    base.iter().all(|metric| names.contains(metric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_every_version_have_their_band() {
        for (vector, wanted) in [
            ("AV:N/AC:L/Au:N/C:C/I:C/A:C", Some(Severity::Critical)),
            ("(AV:N/AC:L/Au:N/C:P/I:P/A:P)", Some(Severity::High)),
            ("AV:L/AC:H/Au:N/C:N/I:N/A:P", Some(Severity::Low)),
            ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Some(Severity::Critical)),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", Some(Severity::High)),
            ("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H", Some(Severity::Medium)),
            ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", Some(Severity::Low)),
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", Some(Severity::Critical)),
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N", Some(Severity::High)),
            ("CVSS:4.0/AV:L/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", Some(Severity::Low)),
            ("CVSS:3.1/AV:N/AC:L", None),
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N", None),
            ("AV:N/AC:L", None),
            ("CVSS:5.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", None),
            ("7.5", None),
            ("", None),
        ] {
            assert_eq!(severity_of_vector(vector), wanted, "{vector}");
        }
    }
}
