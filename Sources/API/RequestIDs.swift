import HTTP

/// Names requests, so that a line of the log and what a client saw can be brought together.
struct RequestIDs {
    /// The longest name of a client's own that is taken over.
    static let longest = 64

    private let prefix: String
    private var count: UInt64 = 0

    /// - Parameter loop: the number of the event loop, so that no two name alike.
    init(loop: Int) {
        // Not a secret: it tells the names of one run of the server from those of the next.
        prefix = String(UInt32.random(in: .min ... .max), radix: 36) + "-" + String(loop, radix: 36) + "-"
    }

    /// The client's own name for the request if it is a short token, else a new one.
    mutating func next(for request: Request) -> String {
        if let given = request.fields.bytes(of: .requestID), (1...RequestIDs.longest).contains(given.count),
            given.allSatisfy(RequestIDs.isTokenByte)
        {
            return String(decoding: given, as: UTF8.self)
        }
        return next()
    }

    mutating func next() -> String {
        count &+= 1
        return prefix + String(count, radix: 36)
    }

    /// RFC 9110 §5.6.2, without the characters that a log or a shell would take for their own.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
    }
}
