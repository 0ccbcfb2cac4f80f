/// The opaque value of `after`: where a page ended, so that the next one begins behind it.
///
/// It holds no id that an import may change: the last row is named by its date, the key of its place, the code of its species,
/// its number and its data set; among rows that are equal in all that, it is the one of a number. So records that arrive in
/// between neither repeat nor vanish. And it holds a hash of the query, for it is the place in one answer and no other. Texts are
/// bytes, since an edit may have left some that are no UTF-8.
struct PageToken: Equatable {
    var query: UInt64
    var date: Int64
    var location: [UInt8]
    var latitude: Double?
    var longitude: Double?
    var region: [UInt8]?
    /// Which of the places that are alike in all of that, in the order of their ids: 0, but where an edit made some alike.
    var twin: Int64 = 0
    var species: [UInt8]
    var num: Count
    var dataset: Int64
    /// How many of the rows that are equal in all of the above have been sent.
    var ordinal: Int64

    private static let version: UInt8 = 2
    /// In bytes; its length is two of them, and the greatest stands for no text. A token of longer ones than a request line takes
    /// is refused there: one that were cut would begin its page elsewhere.
    private static let longestText = 0xFFFE

    /// In the alphabet of RFC 4648 §5, without padding.
    var text: String {
        var bytes: [UInt8] = [Self.version]
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
        add(query)
        for number in [date, twin, num.sortKey, dataset, ordinal] { add(UInt64(bitPattern: number)) }
        add(location)
        add(latitude)
        add(longitude)
        add(region)
        add(species)
        return Base64URL.encode(bytes)
    }
}

extension PageToken {
    /// Nil where the text is none of ours.
    init?(_ text: String) {
        guard let bytes = Base64URL.decode(text) else { return nil }
        var reader = Reader(rest: bytes[...])
        guard reader.byte() == Self.version, let query = reader.number() else { return nil }
        var numbers: [Int64] = []
        for _ in 0..<5 {
            guard let number = reader.number() else { return nil }
            numbers.append(Int64(bitPattern: number))
        }
        guard let location = reader.text(), let latitude = reader.double(), let longitude = reader.double(),
            let region = reader.text(), let species = reader.text(), reader.rest.isEmpty, let location, let species
        else { return nil }
        self.init(
            query: query, date: numbers[0], location: location, latitude: latitude, longitude: longitude,
            region: region, twin: numbers[1], species: species, num: Count(sortKey: numbers[2]), dataset: numbers[3],
            ordinal: numbers[4])
    }

    /// Each function gives nil where there are not enough bytes, and a nil within where nothing is meant.
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

/// Base 64 for URLs (RFC 4648 §5), without padding.
enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var (bits, count): (UInt32, UInt32) = (0, 0)
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(alphabet[Int(bits >> count & 63)])
            }
            bits &= (1 << count) - 1
        }
        if count > 0 { text.append(alphabet[Int(bits << (6 - count) & 63)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for anything that `encode` does not write.
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
