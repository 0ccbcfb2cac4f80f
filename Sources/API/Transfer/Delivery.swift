import Birds
import Glibc
import HTTP

/// How an answer of data is sent: what the client has of it already, and whether it wants the body.
///
/// Invariants:
/// - Two answers with one entity tag have the same bytes: the tag is made from the generation and from all that chooses the
///   representation.
/// - `early` is asked when the request has been found good, so what would be an error is never a 304.
struct Delivery: Sendable {
    /// Of all that chooses the representation, but for the generation and the coding.
    private let representation: Digest
    private let fields: ReceivedFields
    /// Whether the client asked for the head alone, and nothing in the head depends on the rows.
    private let isHeadEnough: Bool
    /// The value of `Content-Disposition` (RFC 6266); nil for JSON, which programs read.
    private let disposition: String?

    /// It changes with the bytes that this program makes of the same data.
    private static let programVersion = "3"

    init(_ request: Request, of resource: Resource, format: RowFormat, view: View, isHeadEnough: Bool) {
        var digest = Digest()
        digest.add(Delivery.programVersion)
        digest.add(format.tagName)
        digest.add(request.target.raw)
        digest.add(view.tag)
        representation = digest
        fields = request.fields
        self.isHeadEnough = isHeadEnough
        let name = format == .json ? nil : resource.collectionName
        disposition = name.map { "inline; filename=\"\($0).\(format.name)\"" }
    }

    /// The answer where no query is needed for it: the client has the data, or wants the head alone.
    func early(_ generation: PublishedGeneration, in format: RowFormat) -> Response? {
        if let tag = unchangedTag(generation) {
            var response = Response(.notModified)
            response.fields.append(.etag, tag)
            return response
        }
        return isHeadEnough ? complete(.rows(.omitted, in: format), generation) : nil
    }

    /// Whether `complete` may take longer than a loop should be kept.
    func isLong(_ response: Response) -> Bool { response.body.isLongToCompress && takesGzip }

    /// Compresses the body where the client takes that, and adds what a cache needs to know and what a file is called.
    func complete(_ response: consuming Response, _ generation: PublishedGeneration) -> Response {
        if response.body.isWorthCompressing, takesGzip, let body = response.body.compressed {
            response.body = body
            response.fields.append(.contentEncoding, "gzip")
            response.fields.append(.etag, tags(generation).gzip)
        } else {
            response.fields.append(.etag, tags(generation).plain)
        }
        let date = HTTPDate.bytes(secondsSinceEpoch: generation.publishedAt)
        response.fields.append(.lastModified, String(decoding: date, as: UTF8.self))
        if let disposition { response.fields.append(.contentDisposition, disposition) }
        return response
    }

    /// The tag of what the client has, where that is what it would get (RFC 9110 §13.2.2).
    private func unchangedTag(_ generation: PublishedGeneration) -> String? {
        if fields.bytes(of: .ifNoneMatch) != nil {
            let tags = tags(generation)
            // How long the body would be is not known yet: a client that takes both may have either.
            let possible = takesGzip ? [tags.plain, tags.gzip] : [tags.plain]
            return Preconditions.firstNamed(in: fields.all(.ifNoneMatch), of: possible).map { possible[$0] }
        }
        guard let since = fields.bytes(of: .ifModifiedSince), fields.count(of: .ifModifiedSince) == 1,
            let moment = HTTPDate.secondsSinceEpoch(since, now: Int64(time(nil))), generation.publishedAt <= moment
        else { return nil }
        return tags(generation).plain
    }

    private var takesGzip: Bool {
        fields.bytes(of: .acceptEncoding) != nil && Negotiation.takesGzip(fields.all(.acceptEncoding))
    }

    /// Another coding has other bytes, and so another tag.
    private func tags(_ generation: PublishedGeneration) -> (plain: String, gzip: String) {
        var digest = representation
        digest.add(generation.id)
        let text = digest.text
        return ("\"\(text)\"", "\"\(text)-gzip\"")
    }
}

/// FNV-1a with 128 bits. It need not resist an enemy: who makes two requests collide fools none but their own cache.
struct Digest: Sendable {
    private var state: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d

    private static let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013b

    /// Adds a text, and an end that no text has in it.
    mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte) }
        add(0xFF)
    }

    private mutating func add(_ byte: UInt8) { state = (state ^ UInt128(byte)) &* Digest.prime }

    private static let letters = Array("0123456789abcdefghijklmnopqrstuv".utf8)

    /// Five bits in each of 26 characters.
    var text: String {
        String(unsafeUninitializedCapacity: 26) { buffer in
            var (high, low) = (UInt64(truncatingIfNeeded: state >> 64), UInt64(truncatingIfNeeded: state))
            for index in 0..<26 {
                buffer[index] = Digest.letters[Int(low & 31)]
                low = low >> 5 | high << 59
                high >>= 5
            }
            return 26
        }
    }
}

extension RowFormat {
    /// Tells it from every other format.
    fileprivate var tagName: String {
        self == .spreadsheet ? "spreadsheet" : name
    }
}
