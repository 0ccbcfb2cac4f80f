/// The lines of a text file, without their ends and the white space around them.
enum TextLines {
    /// A line.
    struct Line {
        /// From 1.
        let number: Int
        let text: Result<Substring, NotText>
        /// Whether there is white space before it.
        var isIndented = false
    }

    /// What is not a text has no lines.
    static func of(_ bytes: [UInt8]) -> [Line] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated().map { index, line in
            guard let text = String(validating: line, as: UTF8.self) else {
                return Line(number: index + 1, text: .failure(NotText()))
            }
            let isSpace = { (character: Character) in character == " " || character == "\t" || character == "\r" }
            var rest = text[...]
            // A byte order mark, which editors put before the first line.
            if index == 0, rest.unicodeScalars.first == "\u{FEFF}" { rest.unicodeScalars.removeFirst() }
            let isIndented = rest.first.map(isSpace) ?? false
            rest = rest.drop(while: isSpace)
            while let last = rest.last, isSpace(last) { rest.removeLast() }
            return Line(number: index + 1, text: .success(rest), isIndented: isIndented)
        }
    }

    /// A line that is not UTF-8.
    struct NotText: Error {}
}
