/// A network address: the text of an IPv4 address, or of the first half of an IPv6 address, of which one client has all
/// the rest (RFC 4291 §2.5.4).
public struct ClientNetwork: Hashable, Sendable {
    public let text: String

    /// - Parameter address: As in `Peer`.
    public init(_ address: String) {
        text = address.utf8.contains(UInt8(ascii: ":")) ? Self.firstHalf(address) : address
    }

    /// The first four groups of an IPv6 address, with zeros in place of `::`.
    private static func firstHalf(_ address: String) -> String {
        let groups = address.split(separator: ":", omittingEmptySubsequences: false)
        guard let gap = groups.dropFirst().firstIndex(of: "") else {
            return groups.prefix(4).joined(separator: ":")
        }
        // `::` may stand for the beginning, the middle or the end.
        let before = groups[..<gap].filter { !$0.isEmpty }
        let after = groups[gap...].filter { !$0.isEmpty }
        let missing = max(0, 8 - before.count - after.count)
        return (before + [Substring](repeating: "0", count: missing) + after).prefix(4).joined(separator: ":")
    }
}
