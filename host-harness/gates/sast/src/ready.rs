use regex_automata::meta::Regex;

/// Has done what can't be done once a process is confined: the first pattern of a process
/// asks the machine how many processors it has.
pub fn prepare() {
    if let Ok(pattern) = Regex::new("a+b") {
        pattern.is_match("ab");
    }
}
