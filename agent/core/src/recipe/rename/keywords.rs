//! Words that can't be names, by language.

use agent_contract::RepoPath;

use crate::recipe::RecipeFault;

const RUST: &str = "as async await break const continue crate dyn else enum extern false fn for gen if impl in \
     let loop match mod move mut pub ref return self Self static struct super trait true type unsafe use where \
     while abstract become box do final macro override priv try typeof unsized virtual yield";
const PYTHON: &str = "False None True and as assert async await break class continue def del elif else except \
     finally for from global if import in is lambda nonlocal not or pass raise return try while with yield";
const SCRIPT: &str = "await break case catch class const continue debugger default delete do else enum export \
     extends false finally for function if implements import in instanceof interface let new null package \
     private protected public return static super switch this throw true try typeof var void while with yield";
const GO: &str = "break case chan const continue default defer else fallthrough for func go goto if import \
     interface map package range return select struct switch type var";
const JAVA: &str = "_ abstract assert boolean break byte case catch char class const continue default do double \
     else enum extends false final finally float for goto if implements import instanceof int interface long \
     native new null package private protected public return short static strictfp super switch synchronized \
     this throw throws transient true try void volatile while";
const C: &str = "auto break case char const continue default do double else enum extern float for goto if inline \
     int long register restrict return short signed sizeof static struct switch typedef union unsigned void \
     volatile while";
const CPP: &str = "alignas alignof and asm bool catch class co_await co_return co_yield concept const_cast \
     consteval constexpr constinit decltype delete dynamic_cast explicit export false friend mutable namespace \
     new noexcept not nullptr operator or private protected public reinterpret_cast requires static_assert \
     static_cast template this thread_local throw true try typeid typename using virtual wchar_t xor";
const CSHARP: &str = "abstract as base bool break byte case catch char checked class const continue decimal \
     default delegate do double else enum event explicit extern false finally fixed float for foreach goto if \
     implicit in int interface internal is lock long namespace new null object operator out override params \
     private protected public readonly ref return sbyte sealed short sizeof stackalloc static string struct \
     switch this throw true try typeof uint ulong unchecked unsafe ushort using virtual void volatile while";
const RUBY: &str = "BEGIN END alias and begin break case class def defined do else elsif end ensure false for if \
     in module next nil not or redo rescue retry return self super then true undef unless until when while yield";
const PHP: &str = "abstract and array as break callable case catch class clone const continue declare default do \
     echo else elseif empty enddeclare endfor endforeach endif endswitch endwhile eval exit extends final \
     finally fn for foreach function global goto if implements include instanceof insteadof interface isset \
     list match namespace new or print private protected public readonly require return static switch throw \
     trait try unset use var while xor yield";

/// Refuses a name that would be a keyword in a file.
pub(super) fn refuse(path: &RepoPath, name: &str) -> Result<(), RecipeFault> {
    let is_keyword = of(path).iter().any(|words| words.split_whitespace().any(|word| word == name));
    match is_keyword {
        true => {
            Err(RecipeFault::parameter("to", format!("is `{name}`, a keyword of the language of `{path}`")))
        }
        false => Ok(()),
    }
}

fn of(path: &RepoPath) -> &'static [&'static str] {
    let name = path.as_str().rsplit('/').next().unwrap_or_default();
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "rs" => &[RUST],
        "py" | "pyi" => &[PYTHON],
        "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "mts" | "cts" => &[SCRIPT],
        "go" => &[GO],
        "java" => &[JAVA],
        "c" => &[C],
        "h" | "cc" | "cpp" | "cxx" | "hh" | "hpp" | "hxx" => &[C, CPP],
        "cs" => &[CSHARP],
        "rb" => &[RUBY],
        "php" => &[PHP],
        _ => &[],
    }
}
