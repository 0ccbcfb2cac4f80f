/// What is wrong with a file of people or rights: it is refused whole, so that a mistake never opens more than before.
public struct FileFault: Error, Equatable {
    /// From 1.
    public struct Line: Equatable, Sendable {
        public let number: Int
        /// A sentence without its full stop: what is wrong and what to do.
        public let text: String
    }

    /// In order; the first ones of many.
    public let lines: [Line]
    /// How many more there are.
    public let more: Int

    /// The most lines that are named.
    static let mostNamed = 10

    init(_ lines: [Line]) {
        self.lines = Array(lines.prefix(Self.mostNamed))
        more = max(0, lines.count - Self.mostNamed)
    }

    /// A message of one line for each wrong line.
    public func message(path: String) -> String {
        let named = lines.map { "\(path), line \($0.number): \($0.text)" }
        return (named + (more > 0 ? ["and \(more) more"] : [])).joined(separator: "\n")
    }
}

/// The lines of a text file, without their ends and the white space around them.
struct TextLines {
    /// What is not a text has no lines.
    static func of(_ bytes: [UInt8]) -> [(number: Int, text: Result<Substring, NotText>)] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated().map { index, line in
            guard let text = String(validating: line, as: UTF8.self) else { return (index + 1, .failure(NotText())) }
            let isSpace = { (character: Character) in " \t\r\r\n".contains(character) }
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
