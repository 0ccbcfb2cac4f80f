/// What the fields of a message say about where its body ends (RFC 9112 §6) and whether its connection stays open (§9.3).
/// It is gathered field by field, and a field that can't be obeyed to the letter is refused, never repaired: two
/// recipients that disagree about the end of a message disagree about where the next one begins.
struct FramingFields: Sendable {
    /// What `Content-Length` says.
    private(set) var contentLength: UInt64?
    /// Whether `Transfer-Encoding: chunked` was there. No other coding is understood.
    private(set) var isChunked = false
    /// Whether `Connection` has `close`.
    private(set) var asksToClose = false
    /// Whether `Connection` has `keep-alive`.
    private(set) var asksToStay = false

    /// Takes notice of one field; most are none of its business.
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

    private mutating func noteConnection(_ value: Range<Int>, in input: borrowing Span<UInt8>) {
        var rest = value
        while !rest.isEmpty {
            let option = input.takeElement(of: &rest)
            if input.matches(option, "close") { asksToClose = true }
            if input.matches(option, "keep-alive") { asksToStay = true }
        }
    }

    /// One number in digits: no sign, no list, no second field, also where all of them are equal.
    private mutating func noteContentLength(_ value: Range<Int>, in input: borrowing Span<UInt8>) throws(RequestError) {
        guard contentLength == nil else {
            throw .badContentLength("There are several Content-Length fields; send one.")
        }
        guard !value.isEmpty else { throw .badContentLength("The Content-Length is empty; send a number of bytes.") }
        var length: UInt64 = 0
        for index in value {
            guard input[index].isDigit else {
                throw .badContentLength("The Content-Length is not a number; send a number of bytes, in digits only.")
            }
            let (product, isTooLarge) = length.multipliedReportingOverflow(by: 10)
            let (sum, isOver) = product.addingReportingOverflow(UInt64(input[index] &- 0x30))
            guard !isTooLarge, !isOver else { throw .badContentLength("The Content-Length is larger than any body.") }
            length = sum
        }
        contentLength = length
    }

    /// `chunked`, once.
    private mutating func noteTransferEncoding(_ value: Range<Int>, in input: borrowing Span<UInt8>)
        throws(RequestError)
    {
        guard !isChunked else {
            throw .badTransferEncoding(
                "A Transfer-Encoding follows `chunked`, which must be the last one, and the only.")
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
                throw .badTransferEncoding("The Transfer-Encoding is not `chunked` alone; send `chunked`, once.")
            }
            hasChunked = input.matches(coding, "chunked")
        } while !rest.isEmpty
        // Elements that are left empty by a comma at the end are no codings, and not `chunked` alone either.
        if input[value.upperBound - 1] == 0x2C {
            throw .badTransferEncoding("The Transfer-Encoding is not `chunked` alone; send `chunked`, once.")
        }
        throw .unknownTransferCoding
    }

    /// Rules that hold between the fields, and with the version (RFC 9112 §6.1).
    func check(for version: Version) throws(RequestError) {
        guard isChunked else { return }
        guard contentLength == nil else {
            throw .badTransferEncoding("There are both a Content-Length and a Transfer-Encoding; send one of them.")
        }
        guard version == .http11 else {
            throw .badTransferEncoding("HTTP/1.0 has no Transfer-Encoding; send a Content-Length, or HTTP/1.1.")
        }
    }

    /// Whether the connection stays open after this message and its answer (RFC 9112 §9.3).
    func keepsAlive(in version: Version) -> Bool {
        !asksToClose && (version == .http11 || asksToStay)
    }
}
