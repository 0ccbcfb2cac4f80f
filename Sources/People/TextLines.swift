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
            let start = start(of: line, index)
            let isIndented = line[start...].first.map(isSpace) ?? false
            let text = text(of: line, index).map(Result.success) ?? .failure(NotText())
            return Line(number: index + 1, text: text, isIndented: isIndented)
        }
    }

    /// A line without its end and the white space around it; nil if it is not UTF-8.
    /// - Parameter index: Of the line, from 0.
    static func text(of line: ArraySlice<UInt8>, _ index: Int) -> Substring? {
        var rest = line[start(of: line, index)...].drop(while: isSpace)
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        return String(validating: rest, as: UTF8.self).map { $0[...] }
    }

    /// Where a line begins after a byte order mark, which editors put before the first one.
    private static func start(of line: ArraySlice<UInt8>, _ index: Int) -> Int {
        line.startIndex + (index == 0 && line.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    /// A line that is not UTF-8.
    struct NotText: Error {}
}
