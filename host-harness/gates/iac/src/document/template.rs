//! Helm templates: what stands between the braces is taken for unknown, the rest is read.

use super::{Node, Value};

const HOLE: &str = "template-hole";

/// Whether a text has actions of a template in it.
pub(crate) fn is_template(text: &str) -> bool {
    text.contains("{{")
}

/// The documents of a template as far as they can be told without rendering it.
pub(crate) fn parse(text: &str) -> Result<Vec<Node>, String> {
    let mut roots = yaml::parse(&hollowed(text))?.roots;
    roots.iter_mut().for_each(unknown);
    Ok(roots)
}

/// The text with every action replaced: a line that is nothing else becomes an empty one, so that
/// lines keep their numbers.
fn hollowed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open = false;
    for line in text.split_inclusive('\n') {
        let (kept, still) = without_actions(line, open);
        let bare = kept.replace(HOLE, "");
        let alone = bare.trim().is_empty() && (kept.contains(HOLE) || open || still);
        out.push_str(if alone { "\n" } else { &kept });
        open = still;
    }
    out
}

fn without_actions(line: &str, mut open: bool) -> (String, bool) {
    let mut out = String::new();
    let mut rest = line;
    loop {
        let mark = if open { "}}" } else { "{{" };
        let Some(at) = rest.find(mark) else { break };
        if !open {
            out.push_str(&rest[..at]);
            out.push_str(HOLE);
        }
        rest = &rest[at + 2..];
        open = !open;
    }
    if open {
        out.push('\n');
    } else {
        out.push_str(rest);
    }
    (out, open)
}

fn unknown(node: &mut Node) {
    if let Value::Scalar { text, .. } = &node.value
        && text.contains(HOLE)
    {
        node.value = Value::Template(text.replace(HOLE, "{{ }}"));
    }
    node.children_mut().for_each(unknown);
}

/// Takes every text with a template of Terraform in it for an expression.
pub(crate) fn of_terraform(node: &mut Node) {
    if let Value::Scalar { text, quoted: true } = &mut node.value
        && (text.contains("${") || text.contains("%{"))
    {
        node.value = Value::Template(std::mem::take(text));
    }
    node.children_mut().for_each(of_terraform);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_read_around_its_actions() {
        let text = "{{- if .Values.on }}\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}-x\n  labels:\n    {{- toYaml .Values.labels | nindent 4 }}\nspec:\n  hostPID: true\n{{- end }}\n";
        let roots = parse(text).unwrap();
        let pid = roots[0].at(&["spec", "hostPID"]).unwrap();
        assert_eq!((pid.text(), pid.span.line), (Some("true"), 8));
        assert!(roots[0].at(&["metadata", "name"]).unwrap().is_expression());
    }
}
