/// Takes the chunked coding off a body (RFC 9112 §7.1), of requests and responses alike.
///
/// Its state is what stands below and no bytes: it reads each byte once, whatever pieces they come in. Extensions and the
/// trailer section are checked and dropped. Any deviation from the grammar is an error, because it would be an opinion
/// about where the next message begins.
struct ChunkedDecoder: Sendable {
    /// The longest chunk extension that is skipped, in bytes, with the white space before it.
    static let extensionLimit = 256

    enum Step {
        /// All of the input has been taken.
        case needMore
        /// Some of the body, as a range of the input.
        case data(Range<Int>)
        /// The body is complete, its trailer section taken.
        case end
    }

    /// What the next byte is.
    private enum State: Sendable {
        case size, spaceBeforeExtension, `extension`, sizeLineFeed
        case data, dataCarriageReturn, dataLineFeed
        case trailerLine, trailerName, trailerValue, trailerLineFeed, lastLineFeed
        case ended
    }

    private var state = State.size
    /// The size of this chunk; then what is left of its data.
    private var size: UInt64 = 0
    private var sizeDigits = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var trailerFields = 0
    /// How much data may still come.
    private var budget: UInt64
    private let bodyLimit: UInt64
    private let trailerLimit: Int
    private let trailerFieldLimit: Int

    /// - Parameters:
    ///   - bodyLimit: How long the body may be, without the coding.
    ///   - limits: Those of a header section hold for the trailer section.
    init(bodyLimit: UInt64, limits: RequestLimits) {
        self.bodyLimit = bodyLimit
        budget = bodyLimit
        trailerLimit = limits.headerSection
        trailerFieldLimit = limits.fieldCount
    }

    /// Reads on at `start`, until there is data, or the end of the body or of the input. `next` is the first byte that has
    /// not been taken.
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

    /// One byte that is not data.
    private mutating func take(_ byte: UInt8) throws(RequestError) {
        switch state {
        case .size:
            try takeSize(byte)
        case .spaceBeforeExtension:
            try countExtension()
            guard byte.isSpaceOrTab || byte == 0x3B else {
                throw .malformedChunk("White space follows a chunk size; only `;` or the line's end may.")
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
        // The lines after the last chunk are field lines; an empty one is the end.
        case .trailerLine:
            if byte == 0x0D {
                state = .lastLineFeed
                break
            }
            try countTrailer()
            guard byte.isToken else { throw .malformedChunk("A line of the trailer section is no field.") }
            trailerFields += 1
            guard trailerFields <= trailerFieldLimit else {
                throw .malformedChunk("The trailer section has more than \(trailerFieldLimit) fields; send none.")
            }
            state = .trailerName
        case .trailerName:
            try countTrailer()
            guard byte.isToken || byte == 0x3A else {
                throw .malformedChunk("A line of the trailer section is no field.")
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

    /// Hexadecimal digits only: no sign, no `0x`, and few enough for the number to fit.
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
            throw .malformedChunk("A chunk size is not a number; write it in hexadecimal digits, and end with CR LF.")
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
            throw .malformedChunk("A chunk, or a line of its coding, does not end with CR LF where it must.")
        }
    }
}
