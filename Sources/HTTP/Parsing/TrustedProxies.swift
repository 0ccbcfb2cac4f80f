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
            for element in Self.elements(value).reversed() {
                guard let address = self.address(element) else { return client }
                client = address.text
                guard contains(address) else { return client }
            }
        }
        return client
    }

    /// The elements of a list (RFC 9110 §5.6.1). Commas in quoted strings do not separate them.
    private static func elements(_ value: ArraySlice<UInt8>) -> [Substring] {
        var isQuoted = false
        return String(decoding: value, as: UTF8.self).split(omittingEmptySubsequences: true) { character in
            if character == "\"" { isQuoted.toggle() }
            return character == "," && !isQuoted
        }.map(trimmed).filter { !$0.isEmpty }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }

    /// The address in an element: `192.0.2.1`, `192.0.2.1:80`, `[2001:db8::1]:80`, or `for="…"` of one of these.
    private func address(_ element: Substring) -> Address? {
        var text = element
        if field == .forwarded {
            let pairs = element.split(separator: ";").map(Self.trimmed)
            guard let pair = pairs.first(where: { $0.lowercased().hasPrefix("for=") }) else { return nil }
            text = pair.dropFirst(4)
            if text.first == "\"", text.last == "\"", text.count >= 2 { text = text.dropFirst().dropLast() }
        }
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

    /// A text that is no address and no range of addresses.
    public struct NotANetwork: Error, Equatable {
        public let text: String
    }
}
