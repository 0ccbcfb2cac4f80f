import Birds
import HTTP

/// What an answer was made from. It belongs to one generation: that of the store which has the rows.
struct Provenance: Sendable {
    let revision: Revision
    let editions: Editions
    /// Nil if all places that the view shows are exact.
    let generalisation: Generalisation?

    init(revision: Revision, editions: Editions, generalisation: Generalisation?) {
        (self.revision, self.editions, self.generalisation) = (revision, editions, generalisation)
    }

    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    init(of view: View, in store: ObservationStore) throws(StoreError) {
        self.init(
            revision: try store.revision(of: view), editions: store.editions(of: view),
            generalisation: store.generalisation(of: view))
    }
}

extension FieldName {
    /// Says that some places are not exact.
    static let generalised = FieldName("Rookery-Generalised")
}

extension Generalisation {
    /// The value of the field `Rookery-Generalised`, an Item of RFC 9651 §3.3: `places; contact="warden@example.org"`.
    ///
    /// A String of that RFC has only printable ASCII, so all other bytes of a contact are percent-encoded, and so are
    /// percent signs. Contacts that would make the value too long are left out.
    var fieldValue: String {
        var text: [UInt8] = []
        for contact in contacts {
            let part = (text.isEmpty ? [] : Array(", ".utf8)) + Generalisation.quoted(contact)
            if text.count + part.count > Generalisation.longest { break }
            text += part
        }
        return text.isEmpty ? "places" : "places; contact=\"\(String(decoding: text, as: UTF8.self))\""
    }

    /// Far less than any client or proxy takes, in bytes.
    static let longest = 1000

    /// A text as it is within a String (RFC 9651 §3.3.3).
    private static func quoted(_ text: String) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "%"), 0...0x1F, 0x7F...:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        return bytes
    }
}
