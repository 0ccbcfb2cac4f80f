/// The fields of a message that determine where its body ends (RFC 9112 §6) and whether its connection stays open
/// (§9.3).
///
/// They are collected field by field. A field that can't be obeyed to the letter is refused, never repaired: two
/// recipients that disagree about the end of a message disagree about where the next one begins, which is how requests
/// are smuggled (RFC 9112 §11.2). Where RFC 9112 §6.3 lets a server recover, this one refuses:
/// 1. Transfer-Encoding and Content-Length together: 400. (The RFC lets Transfer-Encoding win.)
/// 2. Transfer-Encoding that is not exactly `chunked`: 400, or 501 for a coding that is not known.
/// 3. Transfer-Encoding in HTTP/1.0: 400.
/// 4. Several Content-Length values: 400, even if they are equal. (The RFC lets equal ones be merged.)
/// 5. Neither field: a request has no body.
struct FramingFields: Sendable {
    /// The value of `Content-Length`, in bytes; nil if there is no such field.
    private(set) var contentLength: UInt64?
    /// Whether there is a `Transfer-Encoding: chunked`. No other coding is supported.
    private(set) var isChunked = false
    /// Whether `Connection` has `close`.
    private(set) var asksToClose = false
    /// Whether `Connection` has `keep-alive`.
    private(set) var asksToStay = false

    /// Records one field if it concerns framing or persistence. Lengths are compared first: most fields differ there.
    /// - Throws: 400 or 501 for a value that is not allowed.
    mutating func note(_ field: ReceivedFields.Entry, in input: borrowing Span<UInt8>) throws(RequestError) {
        switch field.name.count {
        case 10 where input.matches(field.name, "connection"):
            noteConnection(field.value, in: input)
        case 14 where input.matches(field.name, "content-length"):
            try noteContentLength(field.value, in: input)
        case 17 where input.matches(field.name, "transfer-encoding"):
            try noteTransferEncoding(field.value, in: input)
        default:
            break
        }
    }

    /// A list of options in any case (RFC 9110 §7.6.1). Unknown ones, such as `upgrade`, are ignored.
    private mutating func noteConnection(_ value: Range<Int>, in input: borrowing Span<UInt8>) {
        var rest = value
        while !rest.isEmpty {
            let option = input.takeElement(of: &rest)
            if input.matches(option, "close") { asksToClose = true }
            if input.matches(option, "keep-alive") { asksToStay = true }
        }
    }

    /// One number in digits (RFC 9110 §8.6): no sign, no list and no second field, even if all values are equal.
    private mutating func noteContentLength(_ value: Range<Int>, in input: borrowing Span<UInt8>) throws(RequestError) {
        guard contentLength == nil else {
            throw .badContentLength("There is more than one Content-Length field; send one.")
        }
        guard !value.isEmpty else { throw .badContentLength("The Content-Length is empty; send a number of bytes.") }
        var length: UInt64 = 0
        for index in value {
            guard input[index].isDigit else {
                throw .badContentLength("The Content-Length is not a number; send a number of bytes, in digits only.")
            }
            let (product, isTooLarge) = length.multipliedReportingOverflow(by: 10)
            let (sum, isOver) = product.addingReportingOverflow(UInt64(input[index] &- 0x30))
            guard !isTooLarge, !isOver else {
                throw .badContentLength("The Content-Length is too large; send the number of bytes in the body.")
            }
            length = sum
        }
        contentLength = length
    }

    /// The one coding `chunked`, once, in one field (RFC 9112 §6.1).
    private mutating func noteTransferEncoding(_ value: Range<Int>, in input: borrowing Span<UInt8>)
        throws(RequestError)
    {
        guard !isChunked else {
            throw .badTransferEncoding(
                "Another Transfer-Encoding follows `chunked`; send `chunked` alone, once.")
        }
        if input.matches(value, "chunked") {
            isChunked = true
            return
        }
        var rest = value
        var hasChunked = false
        repeat {
            let coding = input.takeElement(of: &rest)
            guard !coding.isEmpty, !hasChunked else {
                throw .badTransferEncoding("Transfer-Encoding is not `chunked` alone; send `chunked`, once.")
            }
            hasChunked = input.matches(coding, "chunked")
        } while !rest.isEmpty
        // The loop above does not see the empty element after a comma at the end.
        if input[value.upperBound - 1] == 0x2C {
            throw .badTransferEncoding("Transfer-Encoding is not `chunked` alone; send `chunked`, once.")
        }
        throw .unknownTransferCoding
    }

    /// Checks the fields against each other and against the version (RFC 9112 §6.1).
    /// - Throws: 400 `bad-transfer-encoding`.
    func check(for version: Version) throws(RequestError) {
        guard isChunked else { return }
        guard contentLength == nil else {
            throw .badTransferEncoding("There is both a Content-Length and a Transfer-Encoding; send one of them.")
        }
        guard version == .http11 else {
            throw .badTransferEncoding("HTTP/1.0 has no Transfer-Encoding; send a Content-Length, or use HTTP/1.1.")
        }
    }

    /// Whether the connection stays open after this message and its answer (RFC 9112 §9.3): `close` wins over
    /// `keep-alive`.
    func keepsAlive(in version: Version) -> Bool {
        !asksToClose && (version == .http11 || asksToStay)
    }
}
