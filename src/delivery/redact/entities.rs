//! The HTML names of ASCII and Latin-1 characters, which are what a header usually contains.

/// The HTML 5 names of ASCII characters.
const ASCII: [(&str, char); 47] = [
    ("Tab", '\t'),
    ("NewLine", '\n'),
    ("excl", '!'),
    ("quot", '"'),
    ("QUOT", '"'),
    ("num", '#'),
    ("dollar", '$'),
    ("percnt", '%'),
    ("amp", '&'),
    ("AMP", '&'),
    ("apos", '\''),
    ("lpar", '('),
    ("rpar", ')'),
    ("ast", '*'),
    ("midast", '*'),
    ("plus", '+'),
    ("comma", ','),
    ("period", '.'),
    ("sol", '/'),
    ("colon", ':'),
    ("semi", ';'),
    ("lt", '<'),
    ("LT", '<'),
    ("equals", '='),
    ("gt", '>'),
    ("GT", '>'),
    ("quest", '?'),
    ("commat", '@'),
    ("lsqb", '['),
    ("lbrack", '['),
    ("bsol", '\\'),
    ("rsqb", ']'),
    ("rbrack", ']'),
    ("Hat", '^'),
    ("lowbar", '_'),
    ("UnderBar", '_'),
    ("grave", '`'),
    ("DiacriticalGrave", '`'),
    ("lcub", '{'),
    ("lbrace", '{'),
    ("verbar", '|'),
    ("vert", '|'),
    ("VerticalLine", '|'),
    ("rcub", '}'),
    ("rbrace", '}'),
    ("nbsp", ' '),
    ("NonBreakingSpace", ' '),
];

/// The names of U+00A1 to U+00FF.
const LATIN_1: [&str; 95] = [
    "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml", "copy", "ordf", "laquo", "not",
    "shy", "reg", "macr", "deg", "plusmn", "sup2", "sup3", "acute", "micro", "para", "middot", "cedil",
    "sup1", "ordm", "raquo", "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc", "Atilde",
    "Auml", "Aring", "AElig", "Ccedil", "Egrave", "Eacute", "Ecirc", "Euml", "Igrave", "Iacute", "Icirc",
    "Iuml", "ETH", "Ntilde", "Ograve", "Oacute", "Ocirc", "Otilde", "Ouml", "times", "Oslash", "Ugrave",
    "Uacute", "Ucirc", "Uuml", "Yacute", "THORN", "szlig", "agrave", "aacute", "acirc", "atilde", "auml",
    "aring", "aelig", "ccedil", "egrave", "eacute", "ecirc", "euml", "igrave", "iacute", "icirc", "iuml",
    "eth", "ntilde", "ograve", "oacute", "ocirc", "otilde", "ouml", "divide", "oslash", "ugrave", "uacute",
    "ucirc", "uuml", "yacute", "thorn", "yuml",
];

/// A name, as far as it was read.
#[derive(Default)]
pub(super) struct Name {
    bytes: [u8; Self::LONGEST],
    length: usize,
}

impl Name {
    /// No name is longer.
    pub(super) const LONGEST: usize = 16;

    /// Adds a letter; false if no name is that long.
    pub(super) fn push(&mut self, byte: u8) -> bool {
        let room = self.bytes.get_mut(self.length);
        self.length += 1;
        room.is_some_and(|room| {
            *room = byte;
            true
        })
    }

    /// The character with this name.
    pub(super) fn character(&self) -> Option<char> {
        let name = self.bytes.get(..self.length)?;
        let in_ascii = ASCII.iter().find(|(known, _)| known.as_bytes() == name).map(|(_, c)| *c);
        in_ascii.or_else(|| {
            let at = LATIN_1.iter().position(|known| known.as_bytes() == name)?;
            u8::try_from(0xA1 + at).ok().map(char::from)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read() {
        let read = |text: &str| {
            let mut name = Name::default();
            text.bytes().all(|byte| name.push(byte)).then(|| name.character()).flatten()
        };
        for (name, c) in
            [("amp", '&'), ("DiacriticalGrave", '`'), ("iexcl", '¡'), ("szlig", 'ß'), ("yuml", 'ÿ')]
        {
            assert_eq!(read(name), Some(c));
        }
        assert_eq!(read(""), None);
        assert_eq!(read("nothing"), None);
        assert_eq!(read(&"x".repeat(Name::LONGEST + 1)), None);
    }
}
