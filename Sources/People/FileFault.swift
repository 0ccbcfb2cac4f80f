/// A word of a file in quotes, for messages. A word that may be a password or its hash is not shown: the files may have
/// been mixed up.
func quotedWord(_ word: some StringProtocol) -> String { word.hasAny(of: "$:{") ? "'…'" : "'\(word)'" }

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
