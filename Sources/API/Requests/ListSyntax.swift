/// The syntax of lists in a query: values with commas between them.
///
/// A value in double quotes keeps its commas, and each two quotes in it are one: `"Fish Lake, north",L7` is two values. A quote
/// that is not at the beginning of a value is a character like any other. `""` is an empty value; who reads the list refuses it
/// unless there is an empty id. A value that begins or ends with a space must be quoted: unquoted, the space is nearly always a
/// typing error, and would silently match nothing.
enum ListSyntax {
    /// Why a text is no list.
    enum Fault: Error, Equatable {
        case missingValue, openQuote, textAfterQuote, spaceAtEdge

        /// What it should be, as the end of the sentence "… is not".
        var expected: String {
            switch self {
            case .missingValue: "a list: a value between the commas is missing"
            case .openQuote:
                "a list: a double quote is not closed; close it, or put the whole value into quotes and double each quote in it"
            case .textAfterQuote:
                "a list: only a comma can follow a closing quote; double each quote that belongs to a value in quotes"
            case .spaceAtEdge:
                "a list: a value begins or ends with a space; remove the space, or put the value into double quotes"
            }
        }
    }

    /// Whether a text is one value, the same as it is written. (Bytes are compared, for an accent makes one character with a
    /// comma before it.)
    static func isPlain(_ text: String) -> Bool {
        text.utf8.first != space && text.utf8.last != space && !text.utf8.contains { $0 == comma || $0 == quote }
    }

    static func values(of text: String) throws(Fault) -> [String] {
        if isPlain(text), !text.isEmpty { return [text] }
        let bytes = Array(text.utf8)
        var values: [String] = []
        var index = 0
        while true {
            let start = index
            if index < bytes.count, bytes[index] == quote {
                values.append(try quoted(in: bytes, from: &index))
            } else {
                while index < bytes.count, bytes[index] != comma { index += 1 }
                let value = bytes[start..<index]
                guard !value.isEmpty else { throw .missingValue }
                guard value.first != space, value.last != space else { throw .spaceAtEdge }
                values.append(String(decoding: value, as: UTF8.self))
            }
            if index == bytes.count { return values }
            index += 1
        }
    }

    /// The value in quotes that begins at an index, which goes to the comma or the end that follows it.
    private static func quoted(in bytes: [UInt8], from index: inout Int) throws(Fault) -> String {
        var value: [UInt8] = []
        index += 1
        while true {
            guard index < bytes.count else { throw .openQuote }
            if bytes[index] == quote {
                index += 1
                // The second of two quotes is one of the value.
                guard index < bytes.count, bytes[index] == quote else { break }
            }
            value.append(bytes[index])
            index += 1
        }
        guard index == bytes.count || bytes[index] == comma else { throw .textAfterQuote }
        return String(decoding: value, as: UTF8.self)
    }

    private static let comma = UInt8(ascii: ",")
    private static let quote = UInt8(ascii: "\"")
    private static let space = UInt8(ascii: " ")
}
