/// Removes the chunked coding from a body (RFC 9112 §7.1), in requests and responses alike.
///
/// It keeps a few numbers and no bytes, and reads each byte once, in whatever pieces the bytes arrive. Extensions and
/// the trailer section are checked and dropped. Any deviation from the grammar is an error: reading on would be a guess
/// about where the next message begins.
///
/// Everything is counted against a limit before it is accepted: the data, each extension, the trailer section. After an
/// error the decoder is not used again.
struct ChunkedDecoder: Sendable {
    /// The longest chunk extension that is skipped, in bytes, with the white space before it. No client needs one, and
    /// a long one is work that no limit on bodies covers (RFC 9112 §7.1.1).
    static let extensionLimit = 256

    enum Step {
        /// All of the input has been consumed.
        case needMore
        /// Some of the body, as a range of the input.
        case data(Range<Int>)
        /// The body is complete, including its trailer section.
        case end
    }

    /// The part of the grammar that the next byte belongs to.
    private enum State: Sendable {
        case size, spaceBeforeExtension, `extension`, sizeLineFeed
        case data, dataCarriageReturn, dataLineFeed
        case trailerLine, trailerName, trailerValue, trailerLineFeed, lastLineFeed
        case ended
    }

    private var state = State.size
    /// The size of the current chunk; within its data, the number of bytes left.
    private var size: UInt64 = 0
    private var sizeDigits = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var trailerFields = 0
    /// How many bytes of data the following chunks may have in total. Each size is subtracted when it is read, so a
    /// chunk that is too large is refused before its data arrives.
    private var budget: UInt64
    private let bodyLimit: UInt64
    private let trailerLimit: Int
    private let trailerFieldLimit: Int

    /// - Parameters:
    ///   - bodyLimit: The longest body, in bytes, without the coding.
    ///   - limits: The limits of a header section, which also apply to the trailer section.
    init(bodyLimit: UInt64, limits: RequestLimits) {
        self.bodyLimit = bodyLimit
        budget = bodyLimit
        trailerLimit = limits.headerSection
        trailerFieldLimit = limits.fieldCount
    }

    /// Reads on from `start` until there is data, or the body or the input ends.
    /// - Returns: What was found, and the position of the first byte not consumed.
    /// - Throws: 400 for a violation of the grammar, 413 for a body over the limit.
    mutating func next(
        in input: borrowing Span<UInt8>, from start: Int
    ) throws(RequestError) -> (step: Step, next: Int) {
        var index = start
        while index < input.count {
            if state == .data {
                let length = Int(min(size, UInt64(input.count - index)))
                size -= UInt64(length)
                if size == 0 { state = .dataCarriageReturn }
                return (.data(index..<index + length), index + length)
            }
            try take(input[index])
            index += 1
            if state == .ended { return (.end, index) }
        }
        return (.needMore, index)
    }

    /// Consumes one byte that is not data.
    private mutating func take(_ byte: UInt8) throws(RequestError) {
        switch state {
        case .size:
            try takeSize(byte)
        // The "bad white space" that RFC 9112 §7.1.1 tells recipients to accept before the `;`, and only there.
        case .spaceBeforeExtension:
            try countExtension()
            guard byte.isSpaceOrTab || byte == 0x3B else {
                throw .malformedChunk("White space follows a chunk size; end the line directly after the size.")
            }
            if byte == 0x3B { state = .extension }
        case .extension:
            if byte == 0x0D {
                state = .sizeLineFeed
                break
            }
            try countExtension()
            guard !byte.isControl || byte == 0x09 else {
                throw .malformedChunk("There is a control character in a chunk extension; remove it.")
            }
        case .sizeLineFeed:
            try expect(0x0A, byte)
            state = size == 0 ? .trailerLine : .data
        case .dataCarriageReturn:
            try expect(0x0D, byte)
            state = .dataLineFeed
        case .dataLineFeed:
            try expect(0x0A, byte)
            (state, sizeDigits, extensionBytes) = (.size, 0, 0)
        // The lines after the last chunk are field lines (RFC 9112 §7.1.2). An empty line ends the body.
        case .trailerLine:
            if byte == 0x0D {
                state = .lastLineFeed
                break
            }
            try countTrailer()
            guard byte.isToken else { throw .malformedChunk("A line of the trailer section is not a field.") }
            trailerFields += 1
            guard trailerFields <= trailerFieldLimit else {
                throw .malformedChunk("The trailer section has more than \(trailerFieldLimit) fields; send none.")
            }
            state = .trailerName
        case .trailerName:
            try countTrailer()
            guard byte.isToken || byte == 0x3A else {
                throw .malformedChunk("A line of the trailer section is not a field.")
            }
            if byte == 0x3A { state = .trailerValue }
        case .trailerValue:
            try countTrailer()
            if byte == 0x0D {
                state = .trailerLineFeed
            } else if byte.isControl && byte != 0x09 {
                throw .malformedChunk("There is a control character in the trailer section; remove it.")
            }
        case .trailerLineFeed:
            try countTrailer()
            try expect(0x0A, byte)
            state = .trailerLine
        case .lastLineFeed:
            try expect(0x0A, byte)
            state = .ended
        case .data, .ended:
            break
        }
    }

    /// Consumes one byte of the line with the chunk size: hexadecimal digits only, without a sign or `0x`. 16 digits
    /// fill the 64 bits of a size, and more are refused even if they are zeros: a parser that drops the upper ones
    /// would read another size (RFC 9112 §7.1 requires that a recipient prevent this).
    private mutating func takeSize(_ byte: UInt8) throws(RequestError) {
        if let digit = byte.hexValue {
            guard sizeDigits < 16 else { throw .malformedChunk("A chunk size has more than 16 digits.") }
            sizeDigits += 1
            size = size << 4 | UInt64(digit)
            return
        }
        guard sizeDigits > 0 else {
            throw .malformedChunk("A chunk does not begin with its size; write it in hexadecimal digits.")
        }
        switch byte {
        case 0x0D: state = .sizeLineFeed
        case 0x3B: state = .extension
        case 0x20, 0x09: state = .spaceBeforeExtension
        default:
            throw .malformedChunk(
                "A chunk size is not a number; write it in hexadecimal digits, and end the line with CR LF.")
        }
        if byte != 0x0D { try countExtension() }
        guard size <= budget else { throw .bodyTooLarge(limit: bodyLimit) }
        budget -= size
    }

    private mutating func countExtension() throws(RequestError) {
        extensionBytes += 1
        guard extensionBytes <= Self.extensionLimit else {
            throw .malformedChunk("A chunk extension is longer than \(Self.extensionLimit) bytes; send none.")
        }
    }

    private mutating func countTrailer() throws(RequestError) {
        trailerBytes += 1
        guard trailerBytes <= trailerLimit else {
            throw .malformedChunk("The trailer section is larger than \(trailerLimit) bytes; send none.")
        }
    }

    private func expect(_ wanted: UInt8, _ byte: UInt8) throws(RequestError) {
        guard byte == wanted else {
            throw .malformedChunk("A chunk, or a line between chunks, does not end with CR LF.")
        }
    }
}
