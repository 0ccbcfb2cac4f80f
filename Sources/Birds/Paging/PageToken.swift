/// What the value of `after` holds: where a page ended, so that the next one begins after it.
///
/// It names the last row without ids, which an import may change: by its date, the code, coordinates and region of
/// its location, the code of its species, its count and its data set. Among rows that are equal in all of these, it
/// counts how many have been sent. So records that are added between two requests neither repeat nor hide others.
///
/// Clients get it sealed (`TokenSeal`), together with the query and the view: a position in one answer means nothing in
/// another, and nobody else may know of the row.
struct PageToken: Equatable {
    /// `yyyymmdd`, as it is stored.
    var date: Int64
    // The texts are bytes, since an edit may have left text that is not UTF-8.
    var location: [UInt8]
    var latitude: Double?
    var longitude: Double?
    var region: [UInt8]?
    /// Which of the locations that are equal in all of that, in the order of their ids. It is 0 unless an edit made
    /// some equal.
    var twin: Int64 = 0
    /// The code of the species; empty in resources whose rows have none.
    var species: [UInt8]
    var num: Count
    /// The name of the data set.
    var dataset: [UInt8]
    /// How many of the rows that are equal in all of the above have been sent, up to the end of the page.
    var ordinal: Int64

    /// The longest text, in bytes. Its length takes two bytes, and 0xFFFF stands for no text. Longer texts are cut,
    /// which never matters: a token with such a text is longer than the server accepts in a request line, so it
    /// never comes back.
    private static let longestText = 0xFFFE

    /// The token before it is sealed. Numbers are big-endian. Raise `Pager.version` when this layout changes.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        func add(_ number: UInt64) {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
            }
        }
        func add(_ text: [UInt8]?) {
            guard let text else {
                bytes += [0xFF, 0xFF]
                return
            }
            let kept = text.prefix(Self.longestText)
            bytes += [UInt8(kept.count >> 8), UInt8(kept.count & 0xFF)]
            bytes += kept
        }
        func add(_ number: Double?) {
            bytes.append(number == nil ? 0 : 1)
            if let number { add(number.bitPattern) }
        }
        for number in [date, twin, num.sortKey, ordinal] { add(UInt64(bitPattern: number)) }
        add(location)
        add(latitude)
        add(longitude)
        add(region)
        add(species)
        add(dataset)
        return bytes
    }
}

extension PageToken {
    /// Reads a token; nil if the bytes do not have the layout of one.
    init?(_ bytes: [UInt8]) {
        var reader = Reader(rest: bytes[...])
        var numbers: [Int64] = []
        for _ in 0..<4 {
            guard let number = reader.number() else { return nil }
            numbers.append(Int64(bitPattern: number))
        }
        guard let location = reader.text(), let latitude = reader.double(), let longitude = reader.double(),
            let region = reader.text(), let species = reader.text(), let dataset = reader.text(), reader.rest.isEmpty,
            let location,
            let species, let dataset
        else { return nil }
        self.init(
            date: numbers[0], location: location, latitude: latitude, longitude: longitude,
            region: region, twin: numbers[1], species: species, num: Count(sortKey: numbers[2]), dataset: dataset,
            ordinal: numbers[3])
    }

    /// Reads the parts of a token. Each function returns nil if the bytes are too few or malformed, and an inner
    /// nil for a value that is absent.
    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func byte() -> UInt8? { rest.popFirst() }

        mutating func number() -> UInt64? {
            guard rest.count >= 8 else { return nil }
            defer { rest = rest.dropFirst(8) }
            return rest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }

        mutating func double() -> Double?? {
            switch byte() {
            case 0: return .some(nil)
            case 1:
                guard let bits = number() else { return nil }
                return .some(Double(bitPattern: bits))
            default: return nil
            }
        }

        mutating func text() -> [UInt8]?? {
            guard let high = byte(), let low = byte() else { return nil }
            let count = Int(high) << 8 | Int(low)
            if count == 0xFFFF { return .some(nil) }
            guard rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return .some(Array(rest.prefix(count)))
        }
    }
}

/// Base64url (RFC 4648 §5), without padding.
enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: bytes.count / 3 * 4 + 4) { text in
            var count = 0
            func add(_ bits: UInt32) {
                text[count] = alphabet[Int(bits & 63)]
                count += 1
            }
            for start in stride(from: 0, to: bytes.count, by: 3) {
                let group = bytes[start..<min(start + 3, bytes.count)]
                var bits: UInt32 = 0
                for byte in group { bits = bits << 8 | UInt32(byte) }
                // The first characters of four, of which those without bits are left out.
                bits <<= 8 * UInt32(3 - group.count)
                for character in 0...UInt32(group.count) { add(bits >> (18 - 6 * character)) }
            }
            return count
        }
    }

    /// Decodes a text; nil for anything that `encode` does not write, such as padding or unused bits that are not 0
    /// (RFC 4648 §3.5).
    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var (bits, count): (UInt32, UInt32) = (0, 0)
        for character in text.utf8 {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
                bits &= (1 << count) - 1
            }
        }
        return count < 6 && bits == 0 ? bytes : nil
    }
}
