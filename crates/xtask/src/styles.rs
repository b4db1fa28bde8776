//! Style sheets without what only people read. Knows CSS only as far as comments, strings and white space go.

/// The same style sheet in fewer bytes: no comments, no white space that says nothing.
pub fn minified(css: &str) -> String {
    let mut result = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(next) = rest.chars().next() {
        let length = match next {
            '/' if rest.starts_with("/*") => {
                rest = rest.split_once("*/").map_or("", |(_, after)| after);
                continue;
            }
            '"' | '\'' => rest[1..].find(next).map_or(rest.len(), |end| end + 2),
            _ if next.is_whitespace() => {
                rest = rest.trim_start();
                // A space before a colon begins another selector; one after it never says anything.
                let says_something =
                    !result.ends_with(['{', '}', ';', ',', ':', ' ']) && !rest.starts_with(['{', '}', ';']);
                if says_something && !result.is_empty() {
                    result.push(' ');
                }
                continue;
            }
            _ => next.len_utf8(),
        };
        let (taken, after) = rest.split_at(length);
        if taken == "}" && result.ends_with(';') {
            result.pop();
        }
        result.push_str(taken);
        rest = after;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_says_nothing_goes() {
        for (css, expected) in [
            ("/* a */\n.a {\n  color: red;\n  margin: 0 1px;\n}\n", ".a{color:red;margin:0 1px}"),
            (".a :hover,\n.b > .c { --x: calc(1px + 2px); }", ".a :hover,.b > .c{--x:calc(1px + 2px)}"),
            ("a::before { content: \"; /* b */  } \"; }", "a::before{content:\"; /* b */  } \"}"),
            (
                "@media (min-width: 600px) and (hover) { a { top: 0 } }",
                "@media (min-width:600px) and (hover){a{top:0}}",
            ),
            ("a /* b */ c {}", "a c{}"),
            ("a { background: url('x y') }", "a{background:url('x y')}"),
        ] {
            assert_eq!(minified(css), expected);
        }
    }
}
