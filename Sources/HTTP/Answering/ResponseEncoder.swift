// Responses as bytes. Nothing here keeps state: the transport says what it knows of the connection, and appends what it
// is given.

/// How the end of a response's body is marked (RFC 9112 §6.3).
public enum Framing: Sendable, Hashable {
    /// `Content-Length`: this many bytes.
    case length(Int)
    /// `Transfer-Encoding: chunked`, for a body of unknown length.
    case chunked
    /// The end of the connection ends the body: for a body of unknown length, and a client that speaks HTTP/1.0.
    case untilClose
    /// The status allows no body, or it was left out of the answer to a HEAD.
    case none
}

/// Writes responses.
public enum ResponseEncoder {
    /// How the body of `response` is to be framed for a client of this version.
    public static func framing(of response: Response, for version: Version) -> Framing {
        if response.status.isBodiless { return .none }
        switch response.body {
        case .bytes(let bytes): return .length(bytes.count)
        case .stream: return version == .http11 ? .chunked : .untilClose
        case .omitted: return .none
        }
    }

    /// Appends the status line and the header section. The head for a HEAD is that for a GET, framing included; the caller
    /// sends no body after it.
    ///
    /// - Parameters:
    ///   - date: As `HTTPDate.bytes` makes it.
    ///   - version: That of the request.
    ///   - keepAlive: Whether the connection stays open after this response; `untilClose` closes it whatever this says.
    public static func appendHead(
        of response: Response, framing: Framing, date: [UInt8], version: Version, keepAlive: Bool,
        to output: inout [UInt8]
    ) {
        // One reservation for the whole head: what the fields need, and more than all the rest can.
        let fields = response.fields.lines
        let requestID = response.requestID
        let size =
            fixedSize + response.status.reason.utf8.count + date.count + fields.count + (requestID?.utf8.count ?? 0)
        output.append(addingCapacity: size) { span in
            // A server states its own version, also to a client of an older one (RFC 9110 §6.2).
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
                for byte in requestID.utf8 { span.append(byte.isControl ? 0x20 : byte) }
                span.append("\r\n")
            }
            span.append("X-Content-Type-Options: nosniff\r\n")
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
            if !keepAlive || framing == .untilClose {
                span.append("Connection: close\r\n")
            } else if version == .http10 {
                span.append("Connection: keep-alive\r\n")
            }
            span.append("\r\n")
        }
    }

    /// More than the bytes of a head that are neither of the response nor of the date.
    private static let fixedSize = 256

    /// Appends one chunk of a chunked body (RFC 9112 §7.1). No bytes make no chunk, for an empty one would end the body.
    public static func appendChunk(_ bytes: [UInt8], to output: inout [UInt8]) {
        if bytes.isEmpty { return }
        // The size has at most 16 digits.
        output.append(addingCapacity: bytes.count + 20) { span in
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
