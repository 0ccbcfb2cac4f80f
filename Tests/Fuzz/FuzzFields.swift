@testable import API
@testable import HTTP

// The values of fields: what a client accepts and has already, the addresses that proxies write, and credentials.

/// Values of one field, a line for each.
private func values(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
}

/// Whether a media type is in a range such as `text/*`.
private func isIn(_ range: String, _ type: String) -> Bool {
    range == type || range == "*/*" || range == type.prefix { $0 != "/" } + "/*"
}

/// `Accept`, `Accept-Encoding`, `If-None-Match` and dates, all with the same text.
func tryAccept(_ bytes: [UInt8]) {
    let values = values(bytes[...])
    let members = Negotiation.members(values)
    check(members.count <= Negotiation.longest, "there are not more members than are read")
    check(members.allSatisfy { (0...1000).contains($0.quality) }, "a quality is from 0 to 1")
    let again = members.map { $0.name + ($0.quality == 1000 ? "" : ";q=0.\(String($0.quality + 1000).dropFirst())") }
    check(Negotiation.members(again.map { Array($0.utf8)[...] }) == members, "members can be written again")

    let offers = Resource.observations.formats.map(\.mediaTypes)
    if let index = Negotiation.mediaType(values, among: offers) {
        let ranges = members.filter { $0.name.split(separator: "/", omittingEmptySubsequences: false).count == 2 }
        let isAccepted = ranges.contains { range in
            range.quality > 0 && offers[index].contains { isIn(range.name, $0) }
        }
        // A slash at an end makes no range.
        let isSaid = ranges.contains { !$0.name.hasPrefix("/") && !$0.name.hasSuffix("/") }
        check(isAccepted || !isSaid, "what is sent is accepted")
    }
    if Negotiation.takesGzip(values) {
        check(members.contains { ["gzip", "x-gzip", "*"].contains($0.name) && $0.quality > 0 }, "gzip was asked for")
    }
    let fields = received("Accept", values.map(Array.init))
    for resource in Resource.allCases { _ = try? Representation.accepted(resource.formats, fields) }

    let tags = [#""a""#, #""b-gzip""#]
    if let index = Preconditions.firstNamed(in: values, of: tags) {
        let isNamed = values.contains { $0.contains(tags[index].utf8) || $0.contains(UInt8(ascii: "*")) }
        check(isNamed, "a tag that is known was named")
    }
    check(Preconditions.firstNamed(in: values, of: []) == nil, "without a tag none is known")

    let now: Int64 = 1_800_000_000
    if let seconds = HTTPDate.secondsSinceEpoch(bytes[...], now: now) {
        // Dates are written from the year 1 on.
        let again = HTTPDate.secondsSinceEpoch(HTTPDate.bytes(secondsSinceEpoch: seconds)[...], now: now)
        check(again == seconds || seconds < -62_135_596_800, "a date can be written again")
    }
    let moment = bytes.prefix(8).reduce(0) { $0 << 8 | Int64($1) }
    let date = HTTPDate.bytes(secondsSinceEpoch: moment)
    check(date.count == HTTPDate.length, "all dates have one length")
    let clamped = min(max(moment, -62_135_596_800), 253_402_300_799)
    check(HTTPDate.secondsSinceEpoch(date[...], now: now) == clamped, "a date that was written is read")
}

extension ArraySlice<UInt8> {
    fileprivate func contains(_ text: some Collection<UInt8>) -> Bool {
        indices.contains { self[$0...].starts(with: text) }
    }
}

/// `X-Forwarded-For` and `Forwarded`. Whatever a client writes, the address that the proxy adds after it counts.
func tryProxies(_ bytes: [UInt8]) {
    var input = Input(bytes)
    let options = input.takeByte()
    let field: TrustedProxies.Field = options & 1 == 0 ? .xForwardedFor : .forwarded
    guard let proxies = try? TrustedProxies(["10.0.0.0/8", "2001:db8::/32", "unix"], field: field) else {
        return check(false, "the ranges are right")
    }
    let lines = values(input.rest).map(Array.init)
    func client(_ lines: [[UInt8]], from peer: String = "10.0.0.1") -> String {
        proxies.client(of: received(field.rawValue, lines), from: peer)
    }
    check(client(lines, from: "192.0.2.1") == "192.0.2.1", "whoever is no proxy is not believed")
    let found = client(lines)
    check(found.utf8.allSatisfy { $0.hexValue != nil || ".:".utf8.contains($0) }, "a client is an address")
    check(
        found == client([Array((field == .forwarded ? "for=\"[\(found)]\"" : found).utf8)]) || proxies.contains(found)
            || field == .forwarded && !found.contains(":"), "an address can be written again")
    let network = ClientNetwork(found).text
    check(ClientNetwork(network).text == network, "a network is its own")
    for (address, nodes) in [
        ("192.0.2.9", ["192.0.2.9", "192.0.2.9:80", "\"192.0.2.9:80\"", "\"[::ffff:192.0.2.9]\""]),
        ("fe80::9", ["\"[fe80::9]\"", "\"[fe80:0::9]:80\""]),
    ] {
        for node in nodes {
            let element = field == .forwarded ? "proto=http;for=\(node)" : node.filter { $0 != "\"" }
            // As an element of the last line, and as a line of its own.
            let more = Array(lines.dropLast()) + [(lines.last ?? []) + ", \(element)".utf8]
            check(client(more) == address, "\(element) after a comma counts")
            check(client(lines + [Array(element.utf8)]) == address, "\(element) on a line of its own counts")
        }
    }
    // The settings of whoever runs the server.
    let setting = String(decoding: lines.first ?? [], as: UTF8.self)
    _ = try? TrustedProxies([setting], field: field)
}

/// Fields of one name.
private func received(_ name: String, _ values: [[UInt8]]) -> ReceivedFields {
    var bytes = Array(name.utf8)
    let entries = values.map { value in
        bytes += value
        return ReceivedFields.Entry(name: 0..<name.utf8.count, value: bytes.count - value.count..<bytes.count)
    }
    return ReceivedFields(bytes: bytes, entries: entries)
}

/// `Authorization: Basic` and the base64 in it.
func tryBasic(_ bytes: [UInt8]) {
    if let decoded = Base64.decode(bytes.span) { check(encoded(decoded) == bytes, "base64 has one spelling") }
    check(Base64.decode(encoded(bytes).span) == bytes, "what is encoded can be decoded")
    if let text = CredentialText.utf8(bytes[...]) {
        check(String(validating: text, as: UTF8.self) != nil, "credentials are UTF-8")
        check(CredentialText.utf8(text) == text, "UTF-8 stays as it is")
    }
    // The field itself, and the bytes as what is encoded in it.
    for value in [bytes, Array("Basic ".utf8) + encoded(bytes)] {
        guard let credentials = try? BasicCredentials(authorization: value.span) else { continue }
        let (user, password) = (credentials.user, credentials.password)
        check(!user.contains(UInt8(ascii: ":")), "a user name has no colon")
        check(user + ":".utf8 + password == credentials.decoded, "credentials are a name and a password")
        check(!credentials.decoded.contains { $0 < 0x20 || $0 == 0x7F }, "credentials have no control characters")
        let again = Array("basic  ".utf8) + encoded(Array(credentials.decoded))
        let other = try? BasicCredentials(authorization: again.span)
        check(other?.decoded == credentials.decoded, "credentials can be written again")
    }
}

private func encoded(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for group in bytes.pieces([3]) {
        let bits = (Array(group) + [0, 0]).prefix(3).reduce(0) { $0 << 8 | Int($1) }
        text += [18, 12, 6, 0].prefix(group.count + 1).map { digits[bits >> $0 & 63] }
        text += [UInt8](repeating: UInt8(ascii: "="), count: 3 - group.count)
    }
    return text
}
