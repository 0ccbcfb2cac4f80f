import Glibc

/// The proxies whose word is taken for the address of a client.
///
/// A proxy adds the address that it saw to a field of the request. So the client is the last address in it that is not
/// of a trusted proxy: what stands before that may be made up. From anybody else the field is ignored.
public struct TrustedProxies: Sendable {
    /// The field that the proxies write.
    public enum Field: String, Sendable, CaseIterable {
        case xForwardedFor = "X-Forwarded-For"
        /// RFC 7239.
        case forwarded = "Forwarded"

        fileprivate var name: FieldName {
            switch self {
            case .xForwardedFor: FieldName("X-Forwarded-For")
            case .forwarded: FieldName("Forwarded")
            }
        }
    }

    /// A range of addresses, such as `10.0.0.0/8`.
    private struct Network: Sendable {
        let address: Address
        /// How many bits of the 128 must be equal.
        let bits: Int

        func contains(_ other: Address) -> Bool {
            var left = bits
            for (a, b) in zip(address.bytes, other.bytes) where left > 0 {
                let mask: UInt8 = left >= 8 ? 0xFF : ~(0xFF >> UInt8(left))
                if a & mask != b & mask { return false }
                left -= 8
            }
            return true
        }
    }

    /// An address of IPv6, or one of IPv4 as IPv6 has it (RFC 4291 §2.5.5.2).
    private struct Address: Sendable {
        let bytes: [UInt8]
        let isIPv4: Bool
        /// As `Peer` has it.
        let text: String

        init?(_ text: Substring) {
            let text = String(text)
            var (four, six) = (in_addr(), in6_addr())
            if inet_pton(AF_INET, text, &four) == 1 {
                bytes = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + withUnsafeBytes(of: &four) { Array($0) }
            } else if inet_pton(AF_INET6, text, &six) == 1 {
                bytes = withUnsafeBytes(of: &six) { Array($0) }
            } else {
                return nil
            }
            isIPv4 = bytes.starts(with: [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF])
            guard isIPv4 else {
                // One address has many spellings, and each must count as the same client.
                var plain = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
                _ = inet_ntop(AF_INET6, &six, &plain, socklen_t(plain.count))
                self.text = plain.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? text }
                return
            }
            self.text = bytes.suffix(4).map(String.init).joined(separator: ".")
        }
    }

    private var networks: [Network] = []
    private var hasSocket = false
    private let field: Field
    private let name: FieldName

    /// Nobody is trusted.
    public static let none = TrustedProxies()

    private init() { (field, name) = (.xForwardedFor, Field.xForwardedFor.name) }

    /// - Parameter texts: Addresses or ranges such as `10.0.0.0/8`; `unix` is the Unix socket.
    /// - Throws: The first text that is none of these.
    public init(_ texts: [String], field: Field) throws(NotANetwork) {
        (self.field, name) = (field, field.name)
        for text in texts {
            if text == "unix" {
                hasSocket = true
                continue
            }
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count <= 2, let first = parts.first, let address = Address(first) else {
                throw NotANetwork(text: text)
            }
            var bits = 128
            if parts.count == 2 {
                let most = address.isIPv4 && !first.contains(":") ? 32 : 128
                guard let length = Int(parts[1]), parts[1].allSatisfy(\.isNumber), length <= most else {
                    throw NotANetwork(text: text)
                }
                bits = 128 - most + length
            }
            networks.append(Network(address: address, bits: bits))
        }
    }

    public var isEmpty: Bool { networks.isEmpty && !hasSocket }

    /// Whether an address is that of a trusted proxy.
    /// - Parameter address: As in `Peer`.
    public func contains(_ address: String) -> Bool {
        if address == "unix" { return hasSocket }
        return Address(address[...]).map(contains) ?? false
    }

    private func contains(_ address: Address) -> Bool { networks.contains { $0.contains(address) } }

    /// The address of the client that sent a request.
    /// - Parameter peer: The address of the other end of the connection.
    /// - Returns: That of the peer, unless it is a trusted proxy that names another one. An address that can't be read
    ///   ends the search, and the client is the last one before it that can.
    public func client(of fields: ReceivedFields, from peer: String) -> String {
        guard !isEmpty, contains(peer) else { return peer }
        var client = peer
        for value in fields.all(name).reversed() {
            for element in parts(value, at: UInt8(ascii: ",")) where !element.isEmpty {
                guard let address = address(element) else { return client }
                client = address.text
                guard contains(address) else { return client }
            }
        }
        return client
    }

    /// The parts of a text between separators, without white space around them, the last one first.
    ///
    /// In `Forwarded`, separators in quoted strings do not count. Quotes are paired from the end, which a proxy wrote:
    /// one that a client left open swallows nothing of it. The text is in bytes, since a `Character` can consist of a
    /// letter of the client and the comma of the proxy.
    private func parts(_ text: ArraySlice<UInt8>, at separator: UInt8) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var (end, isQuoted) = (text.endIndex, false)
        for index in text.indices.reversed() {
            if field == .forwarded, Self.isQuote(text, index) { isQuoted.toggle() }
            guard text[index] == separator, !isQuoted else { continue }
            parts.append(Self.trimmed(text[(index + 1)..<end]))
            end = index
        }
        return parts + [Self.trimmed(text[..<end])]
    }

    /// Whether there is a quote that begins or ends a quoted string, not one after a backslash in it (RFC 9110 §5.6.4).
    private static func isQuote(_ text: ArraySlice<UInt8>, _ index: Int) -> Bool {
        guard text[index] == UInt8(ascii: "\"") else { return false }
        return text[..<index].reversed().prefix { $0 == UInt8(ascii: "\\") }.count % 2 == 0
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var text = text.drop(while: isSpace)
        while let last = text.last, isSpace(last) { text.removeLast() }
        return text
    }

    /// The address in an element: `192.0.2.1`, `192.0.2.1:80`, `[2001:db8::1]:80`, or `for="…"` of one of these.
    private func address(_ element: ArraySlice<UInt8>) -> Address? {
        guard let node = field == .forwarded ? node(element) : element else { return nil }
        let text = Substring(decoding: node, as: UTF8.self)
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            return Address(text[text.index(after: text.startIndex)..<end])
        }
        if let address = Address(text) { return address }
        guard let colon = text.firstIndex(of: ":"), text[text.index(after: colon)...].allSatisfy(\.isNumber) else {
            return nil
        }
        return Address(text[..<colon])
    }

    /// The value of `for` in an element of `Forwarded` (RFC 7239 §4); nil if there is not exactly one, or if any of the
    /// pairs can't be read.
    private func node(_ element: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var node: ArraySlice<UInt8>?
        for pair in parts(element, at: UInt8(ascii: ";")) where !pair.isEmpty {
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")), let value = Self.value(pair[(equals + 1)...])
            else { return nil }
            guard String(decoding: pair[..<equals], as: UTF8.self).lowercased() == "for" else { continue }
            guard node == nil else { return nil }
            node = value
        }
        return node
    }

    /// What a value says, perhaps in quotes; nil if a quote is left open, or is in its middle.
    private static func value(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let quotes = text.indices.filter { isQuote(text, $0) }
        if quotes.isEmpty { return text }
        return quotes == [text.startIndex, text.endIndex - 1] ? text.dropFirst().dropLast() : nil
    }

    /// A text that is no address and no range of addresses.
    public struct NotANetwork: Error, Equatable {
        public let text: String
    }
}
