import HTTP

/// Makes the IDs of the requests of one loop. An ID links a line of the log to the answer that a client saw.
///
/// IDs made here are unique within a run of the server, since each loop has its own prefix and counts its requests.
struct RequestIDs {
    /// The longest ID from a client that is used, in bytes. A UUID has 36; a longer ID would make log lines hard to
    /// read.
    static let longest = 64

    /// Such as `k3f9-0-`: it distinguishes the IDs of one run of the server from those of the next. It is not a secret.
    private let prefix: [UInt8]
    private var count: UInt64 = 0

    /// - Parameter loop: The number of the event loop.
    init(loop: Int) {
        // Always four digits in base 36.
        let run = String(UInt32.random(in: 46_656..<1_679_616), radix: 36)
        prefix = Array("\(run)-\(String(loop, radix: 36))-".utf8)
    }

    /// The client's own ID for the request if it is a short token, so that it can follow a request through several
    /// services; otherwise a new one.
    mutating func next(for request: Request) -> String { RequestIDs.given(by: request) ?? next() }

    /// The client's own ID for the request; nil without a usable one.
    static func given(by request: Request) -> String? {
        guard let given = request.fields.bytes(of: .requestID), (1...longest).contains(given.count),
            given.allSatisfy(isTokenByte)
        else { return nil }
        return String(decoding: given, as: UTF8.self)
    }

    /// A new ID, for a request without a usable one.
    mutating func next() -> String {
        count &+= 1
        // A string of up to 15 bytes needs no allocation; eight digits are enough for 2.8 trillion requests.
        var digits = count
        var width = 1
        while digits >= 36 {
            digits /= 36
            width += 1
        }
        return String(unsafeUninitializedCapacity: prefix.count + width) { bytes in
            for index in prefix.indices { bytes[index] = prefix[index] }
            var rest = count
            for index in stride(from: prefix.count + width - 1, through: prefix.count, by: -1) {
                let digit = UInt8(truncatingIfNeeded: rest % 36)
                bytes[index] = digit < 10 ? 0x30 + digit : 0x61 - 10 + digit
                rest /= 36
            }
            return prefix.count + width
        }
    }

    /// Whether a byte is allowed in a client's ID: the characters of a token (RFC 9110 §5.6.2) except those with a
    /// meaning in logs or shells.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
    }
}
