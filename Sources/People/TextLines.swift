/// The lines of a text file, without their ends and the white space around them.
enum TextLines {
    /// What is not a text has no lines.
    static func of(_ bytes: [UInt8]) -> [(number: Int, text: Result<Substring, NotText>)] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated().map { index, line in
            guard let text = String(validating: line, as: UTF8.self) else { return (index + 1, .failure(NotText())) }
            let isSpace = { (character: Character) in character == " " || character == "\t" || character == "\r" }
            var rest = text[...]
            // A byte order mark, which editors put before the first line.
            if index == 0, rest.unicodeScalars.first == "\u{FEFF}" { rest.unicodeScalars.removeFirst() }
            rest = rest.drop(while: isSpace)
            while let last = rest.last, isSpace(last) { rest.removeLast() }
            return (index + 1, .success(rest))
        }
    }

    /// A line that is not UTF-8.
    struct NotText: Error {}
}
