import HTTP

/// Names requests, so that a line of the log and what a client saw can be brought together.
struct RequestIDs {
    /// The longest name of a client's own that is taken over.
    static let longest = 64

    /// `k3f9-0-`: it tells the names of one run of the server from those of the next, and is no secret.
    private let prefix: [UInt8]
    private var count: UInt64 = 0

    /// - Parameter loop: the number of the event loop, so that no two name alike.
    init(loop: Int) {
        let run = String(UInt32.random(in: 46_656..<1_679_616), radix: 36)
        prefix = Array("\(run)-\(String(loop, radix: 36))-".utf8)
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
        // A name of up to 15 bytes takes no memory of its own: eight digits count 2.8 million millions.
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
