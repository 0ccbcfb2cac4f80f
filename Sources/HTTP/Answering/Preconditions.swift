/// Conditional requests (RFC 9110 §13.1.2): which of the entity tags of a response a client already has.
///
/// A malformed list costs the client a full response, never a wrong 304.
public enum Preconditions {
    /// The index of the first tag in `tags` that `If-None-Match` names; nil if it names none of them. `*` names the
    /// first. Each list is read up to its first malformed member.
    /// - Parameters:
    ///   - fields: The values of `If-None-Match`, one for each field line.
    ///   - tags: Strong entity tags with their quotes, the preferred one first.
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
        // Empty members are skipped (RFC 9110 §5.6.1.2).
        rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: ",") }
        if rest.first == UInt8(ascii: "*") { return rest.popFirst().map { [$0] } }
        // If-None-Match compares weakly: `W/"a"` and `"a"` are the same (RFC 9110 §8.8.3.2). `W` is case-sensitive.
        if rest.starts(with: "W/".utf8) { rest = rest.dropFirst(2) }
        // An opaque tag is not a quoted string: a backslash in it escapes nothing (RFC 9110 §8.8.3).
        guard rest.first == UInt8(ascii: "\""), let end = rest.dropFirst().firstIndex(of: UInt8(ascii: "\"")) else {
            return nil
        }
        let tag = rest[rest.startIndex...end]
        rest = rest[(end + 1)...]
        return tag
    }
}
