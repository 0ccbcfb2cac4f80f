/// The syntax of lists in a query: values separated by commas.
///
/// A value in double quotes keeps its commas, and two quotes inside it stand for one: `"Fish Lake, north",L7` is two
/// values. A quote elsewhere in a value is an ordinary character. `""` is an empty value, which the reader of the list
/// refuses unless there is an empty id. A value that begins or ends with a space must be quoted: without quotes the
/// space is nearly always a typing error, and would silently match nothing.
///
/// The text is already percent-decoded, so `%2C` separates values as a comma does. The number of values is bounded by
/// the length of the request line.
enum ListSyntax {
    /// The reason why a text is not a list.
    enum Fault: Error, Equatable {
        case missingValue, openQuote, textAfterQuote, spaceAtEdge

        /// What the text should be, as the end of the sentence "… is not …".
        var expected: String {
            switch self {
            case .missingValue: "a list: a value between the commas is missing"
            case .openQuote:
                "a list: a double quote is not closed; close it, or put the whole value in quotes and double each quote in it"
            case .textAfterQuote:
                "a list: only a comma can follow a closing quote; double each quote inside a quoted value"
            case .spaceAtEdge:
                "a list: a value begins or ends with a space; remove the space, or put the value in double quotes"
            }
        }
    }

    /// Whether a text is a single value that is written without quotes. (Bytes are compared, since a combining accent
    /// after a comma makes one `Character` with it.)
    static func isPlain(_ text: String) -> Bool {
        text.utf8.first != space && text.utf8.last != space && !text.utf8.contains { $0 == comma || $0 == quote }
    }

    /// The values of a list. Only quoted ones can be empty.
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

    /// The quoted value that begins at `index`. Afterwards `index` is that of the comma after it, or the end.
    private static func quoted(in bytes: [UInt8], from index: inout Int) throws(Fault) -> String {
        var value: [UInt8] = []
        index += 1
        while true {
            guard index < bytes.count else { throw .openQuote }
            if bytes[index] == quote {
                index += 1
                // Two quotes stand for one.
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
