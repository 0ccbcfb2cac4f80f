/// Conditional requests (RFC 9110 §13).
public enum Preconditions {
    /// The first of some entity tags that `If-None-Match` names, by the weak comparison; `*` names the first.
    ///
    /// A list is read up to its first malformed member.
    /// - Parameters:
    ///   - fields: Values of `If-None-Match`.
    ///   - tags: Strong ones, with their quotes.
    public static func firstNamed(in fields: [ArraySlice<UInt8>], of tags: [String]) -> Int? {
        var found: Int?
        for field in fields {
            var rest = field
            while let tag = nextMember(&rest) {
                if tag.elementsEqual("*".utf8), !tags.isEmpty { return 0 }
                if let index = tags.firstIndex(where: { $0.utf8.elementsEqual(tag) }) {
                    found = min(index, found ?? index)
                }
            }
        }
        return found
    }

    /// The opaque part of the next entity tag, with its quotes, or `*`; nil at the end, or where the list is malformed.
    private static func nextMember(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: ",") }
        if rest.first == UInt8(ascii: "*") { return rest.popFirst().map { [$0] } }
        if rest.starts(with: "W/".utf8) { rest = rest.dropFirst(2) }
        guard rest.first == UInt8(ascii: "\""), let end = rest.dropFirst().firstIndex(of: UInt8(ascii: "\"")) else {
            return nil
        }
        let tag = rest[rest.startIndex...end]
        rest = rest[(end + 1)...]
        return tag
    }
}
