// Responses as bytes. Nothing here keeps state: the transport passes in what it knows of the connection, and sends the
// bytes that it gets.
//
// A head never has both `Content-Length` and `Transfer-Encoding`, and field values never contain a CR or LF of their
// own: `ResponseFields.append` replaces control characters, and the request ID is filtered below.

/// How the end of a response's body is marked (RFC 9112 §6.3).
public enum Framing: Sendable, Hashable {
    /// `Content-Length`: the number of bytes.
    case length(Int)
    /// `Transfer-Encoding: chunked`, for a body of unknown length.
    case chunked
    /// The end of the connection ends the body: for a body of unknown length sent to an HTTP/1.0 client, which does not
    /// know chunked (RFC 9112 §6.1).
    case untilClose
    /// The status allows no body, or the body was not made because a HEAD asked.
    case none
}

/// Writes responses in HTTP/1.1 syntax (RFC 9112).
public enum ResponseEncoder {
    /// The framing of the body of `response` for a client of this version.
    public static func framing(of response: Response, for version: Version) -> Framing {
        if response.status.isBodiless { return .none }
        switch response.body {
        case .bytes(let bytes): return .length(bytes.count)
        case .stream: return version == .http11 ? .chunked : .untilClose
        case .omitted: return .none
        }
    }

    /// Appends the status line and the header section. A HEAD gets the head of a GET, framing included (RFC 9110
    /// §9.3.2); the caller sends no body after it.
    ///
    /// - Parameters:
    ///   - framing: From `framing(of:for:)`.
    ///   - date: From `HTTPDate.bytes`. Every response has a `Date` (RFC 9110 §6.6.1).
    ///   - version: The version of the request.
    ///   - keepAlive: Whether the connection stays open after this response. With `untilClose` it closes in any case.
    public static func appendHead(
        of response: Response, framing: Framing, date: [UInt8], version: Version, keepAlive: Bool,
        to output: inout [UInt8]
    ) {
        // One reservation for the whole head, so that it is written without growing the array on the way.
        let fields = response.fields.lines
        let requestID = response.requestID
        let size =
            fixedSize + response.status.reason.utf8.count + date.count + fields.count + (requestID?.utf8.count ?? 0)
        output.append(addingCapacity: size) { span in
            // A server sends its own version, even to a client with an older one (RFC 9110 §6.2).
            span.append("HTTP/1.1 ")
            span.append(decimal: response.status.code)
            span.append(" ")
            span.append(response.status.reason)
            span.append("\r\nDate: ")
            span.append(date.span)
            span.append("\r\n")
            span.append(fields.span)
            if let requestID {
                span.append("X-Request-Id: ")
                span.append(withoutControls: requestID)
                span.append("\r\n")
            }
            span.append("X-Content-Type-Options: nosniff\r\n")
            // A 204 has neither field (RFC 9110 §8.6, RFC 9112 §6.1), and a 304 needs none.
            if !response.status.isBodiless {
                switch framing {
                case .length(let length):
                    span.append("Content-Length: ")
                    span.append(decimal: length)
                    span.append("\r\n")
                case .chunked:
                    span.append("Transfer-Encoding: chunked\r\n")
                case .untilClose, .none:
                    break
                }
            }
            // HTTP/1.1 keeps connections open by default, HTTP/1.0 does not (RFC 9112 §9.3).
            if !keepAlive || framing == .untilClose {
                span.append("Connection: close\r\n")
            } else if version == .http10 {
                span.append("Connection: keep-alive\r\n")
            }
            span.append("\r\n")
        }
    }

    /// An upper bound, in bytes, for all of a head except the reason, the date, the fields and the request ID: the text
    /// above comes to less than 180 bytes.
    private static let fixedSize = 256

    /// Appends one chunk of a chunked body (RFC 9112 §7.1). Empty input adds nothing, since an empty chunk would end
    /// the body.
    public static func appendChunk(_ bytes: [UInt8], to output: inout [UInt8]) {
        if bytes.isEmpty { return }
        // The size has at most 16 digits, and there are two line ends.
        output.append(addingCapacity: bytes.count + 20) { span in
            // The first digit is the four bits that hold the highest bit set.
            var shift = (Int.bitWidth - 1 - bytes.count.leadingZeroBitCount) & ~3
            while shift >= 0 {
                let digit = UInt8(truncatingIfNeeded: bytes.count >> shift & 15)
                span.append(digit < 10 ? 0x30 + digit : 0x61 - 10 + digit)
                shift -= 4
            }
            span.append("\r\n")
            span.append(bytes.span)
            span.append("\r\n")
        }
    }

    /// The end of a chunked body: the last chunk, and a trailer section without fields.
    public static let lastChunk = [UInt8]("0\r\n\r\n".utf8)

    /// The interim response that asks for the body (RFC 9110 §15.2.1).
    public static let `continue` = [UInt8]("HTTP/1.1 100 Continue\r\n\r\n".utf8)
}
