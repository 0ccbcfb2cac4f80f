import Birds
import Glibc
import HTTP

/// How an answer with data is sent: whether the client already has it, whether it wants the body, and in which coding.
///
/// Invariants:
/// - Two answers with the same entity tag have the same bytes: the tag is made from the revision of what the view
///   shows and from everything that chooses the representation.
/// - `early` is called only once the request is known to be valid, so an error never becomes a 304.
/// - A range is never served: `Range` is ignored (RFC 9110 §14.2), since answers are not stored as bytes.
struct Delivery: Sendable {
    /// A digest of everything that chooses the representation, except the revision and the coding.
    private let representation: Digest
    private let fields: ReceivedFields
    /// Whether the client asked for the head alone, and nothing in the head depends on the rows.
    private let isHeadEnough: Bool
    /// The value of `Content-Disposition`; nil for JSON, which programs read. `inline` lets a browser show the data,
    /// and the name is used when it is saved (RFC 6266 §4.2, §4.3).
    private let disposition: String?
    private let isDated: Bool
    /// Nil if the answer gets no line in the audit.
    private let note: AuditNote?

    /// It must be changed whenever this program makes other bytes from the same data, or clients would keep the old
    /// ones.
    private static let programVersion = "3"

    /// - Parameter isDated: Whether the time of the last import tells which data a client has.
    init(
        _ request: Request, of resource: Resource, format: RowFormat, view: View, isDated: Bool, isHeadEnough: Bool,
        note: AuditNote? = nil
    ) {
        var digest = Digest()
        digest.add(Delivery.programVersion)
        digest.add(format.tagName)
        digest.add(request.target.raw)
        digest.add(view.tag)
        representation = digest
        fields = request.fields
        self.isHeadEnough = isHeadEnough
        self.isDated = isDated
        self.note = note
        let name = format == .json ? nil : resource.collectionName
        disposition = name.map { "inline; filename=\"\($0).\(format.name)\"" }
    }

    /// The answer if it needs no query: the client already has the data, or wants only the head.
    func early(_ provenance: Provenance, in format: RowFormat) -> Response? {
        if let tag = unchangedTag(provenance.revision) {
            var response = Response(.notModified)
            response.fields.append(.etag, tag)
            tell(provenance, in: &response)
            return response
        }
        return isHeadEnough ? complete(.rows(.omitted, in: format), provenance) : nil
    }

    /// Whether `complete` may take too long for a loop.
    func isLong(_ response: Response) -> Bool { response.body.isLongToCompress && takesGzip }

    /// Compresses the body if the client accepts that, and adds the fields for caches and the file name. It reads no
    /// records, and any thread may call it.
    func complete(_ response: consuming Response, _ provenance: Provenance) -> Response {
        let revision = provenance.revision
        if response.body.isWorthCompressing, takesGzip, let body = response.body.compressed {
            response.body = body
            response.fields.append(.contentEncoding, "gzip")
            response.fields.append(.etag, tag(revision, ofGzip: true))
        } else {
            response.fields.append(.etag, tag(revision))
        }
        let date = HTTPDate.bytes(secondsSinceEpoch: revision.changedAt)
        response.fields.append(.lastModified, String(decoding: date, as: UTF8.self))
        if let disposition { response.fields.append(.contentDisposition, disposition) }
        tell(provenance, in: &response)
        return response
    }

    /// Tells the client and the audit what the answer was made from.
    private func tell(_ provenance: Provenance, in response: inout Response) {
        if let generalisation = provenance.generalisation {
            response.fields.append(.generalised, generalisation.fieldValue)
        }
        response.note = note?.reading(provenance.editions)
    }

    /// The entity tag of the client's copy if that is still current; nil otherwise. `If-None-Match` overrules
    /// `If-Modified-Since` (RFC 9110 §13.2.2).
    private func unchangedTag(_ revision: Revision) -> String? {
        if fields.bytes(of: .ifNoneMatch) != nil {
            // The length of the body, and so whether it would be compressed, is not known yet: a client that accepts
            // gzip may have either.
            var possible = [tag(revision)]
            if takesGzip { possible.append(tag(revision, ofGzip: true)) }
            return Preconditions.firstNamed(in: fields.all(.ifNoneMatch), of: possible).map { possible[$0] }
        }
        // A date does not tell whose rights the copy was made for, or which rights they were.
        guard isDated else { return nil }
        // A field that is repeated or is not a date is ignored (RFC 9110 §13.1.3).
        guard let since = fields.bytes(of: .ifModifiedSince), fields.count(of: .ifModifiedSince) == 1,
            let moment = HTTPDate.secondsSinceEpoch(since, now: Int64(time(nil))), revision.changedAt <= moment
        else { return nil }
        return tag(revision)
    }

    private var takesGzip: Bool {
        fields.bytes(of: .acceptEncoding) != nil && Negotiation.takesGzip(fields.all(.acceptEncoding))
    }

    /// The entity tag of the plain or of the compressed body. It is strong, so another coding needs another tag (RFC
    /// 9110 §8.8.3.3).
    private func tag(_ revision: Revision, ofGzip: Bool = false) -> String {
        var digest = representation
        digest.add(revision.id)
        return digest.tag(suffix: ofGzip ? "-gzip" : "")
    }
}

/// FNV-1a with 128 bits. It need not resist an attacker: a client that makes two of its requests collide harms only its
/// own cache.
struct Digest: Sendable {
    private var state: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d

    private static let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013b

    /// Adds a text and a byte that no UTF-8 contains, so that `ab`, `c` and `a`, `bc` differ.
    mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add($0) }
    }

    /// The same for a text in UTF-8.
    mutating func add(_ text: some Sequence<UInt8>) {
        for byte in text { add(byte) }
        add(0xFF)
    }

    private mutating func add(_ byte: UInt8) { state = (state ^ UInt128(byte)) &* Digest.prime }

    private static let letters = Array("0123456789abcdefghijklmnopqrstuv".utf8)

    /// An entity tag in its quotes (RFC 9110 §8.8.3): the digest as 26 characters of five bits each, and a suffix.
    func tag(suffix: StaticString) -> String {
        let count = 26 + suffix.utf8CodeUnitCount + 2
        return String(unsafeUninitializedCapacity: count) { buffer in
            var (high, low) = (UInt64(truncatingIfNeeded: state >> 64), UInt64(truncatingIfNeeded: state))
            buffer[0] = UInt8(ascii: "\"")
            for index in 1...26 {
                buffer[index] = Digest.letters[Int(low & 31)]
                low = low >> 5 | high << 59
                high >>= 5
            }
            for index in 0..<suffix.utf8CodeUnitCount { buffer[27 + index] = suffix.utf8Start[index] }
            buffer[count - 1] = UInt8(ascii: "\"")
            return count
        }
    }
}

extension RowFormat {
    /// A name that no other format has. `name` is the same for both kinds of CSV.
    fileprivate var tagName: String {
        self == .spreadsheet ? "spreadsheet" : name
    }
}
