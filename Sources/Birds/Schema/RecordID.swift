/// The number under which a record is shown: a permutation of 52 bits, which JavaScript and GDAL hold exactly. Without
/// the key of the database it tells neither how many records there are, nor which one came first.
///
/// It is made from the mark of the holding and the number of the record in it (`RecordRunColumn`), and from nothing
/// that other holdings have.
///
/// Of the 52 bits before the permutation, the first ones are the mark and the rest is the number. How many the number
/// has depends on the size of the holding: the fewer records, the more marks there are, so that an id of a holding that
/// is gone hardly ever comes again.
package struct RecordID: Equatable {
    /// Of the holding: all 52 bits, with 0 in place of the number.
    package let mark: Int64
    /// Of the record in its holding, from 0.
    package let number: Int64

    /// What kinds of marks there are: the first bits, in place, and how many bits a number has.
    private static let kinds: [(first: Int64, free: Int64, number: Int64)] = [
        (1 << 51, 35, 16), (1 << 50, 28, 22), (0, 20, 30),
    ]
    /// The most records of a holding.
    package static let mostRecords: Int64 = 1 << 30

    /// The kind of a mark, by its first bits.
    private static func kind(_ mark: Int64) -> (first: Int64, free: Int64, number: Int64) {
        kinds.first { $0.first & mark == $0.first } ?? kinds[kinds.count - 1]
    }

    /// A mark for a holding.
    /// - Parameters:
    ///   - records: How many records the holding has.
    ///   - choice: Any number; another one gives another mark, as long as there are any.
    package static func mark(forRecords records: Int64, choice: UInt64) -> Int64 {
        let kind = kinds.first { records <= 1 << $0.number } ?? kinds[kinds.count - 1]
        return kind.first | Int64(choice & (1 << UInt64(kind.free) - 1)) << kind.number
    }

    /// Whether a holding with this mark can have so many records.
    package static func isMark(_ mark: Int64, forRecords records: Int64) -> Bool {
        let end: Int64 = 1 << kind(mark).number
        return (0..<1 << 52).contains(mark) && mark & (end - 1) == 0 && records <= end
    }

    /// - Returns: Nil if one of them is out of range.
    package init?(mark: Int64, number: Int64) {
        let end: Int64 = 1 << Self.kind(mark).number
        guard (0..<1 << 52).contains(mark), mark & (end - 1) == 0, (0..<end).contains(number) else { return nil }
        (self.mark, self.number) = (mark, number)
    }

    /// Reads a shown number; nil if it is out of range.
    init?(shown: Int64, _ key: KeyedHash.Key) {
        guard (0..<1 << (2 * Self.half)).contains(shown) else { return nil }
        var (left, right) = (UInt64(shown) >> Self.half, UInt64(shown) & Self.mask)
        for round in (0..<Self.rounds).reversed() { (left, right) = (right ^ Self.scrambled(left, round, key), left) }
        let value = Int64(left << Self.half | right)
        number = value & (1 << Self.kind(value).number - 1)
        mark = value - number
    }

    /// The number that is shown.
    func shown(_ key: KeyedHash.Key) -> Int64 {
        let value = UInt64(mark | number)
        var (left, right) = (value >> Self.half, value & Self.mask)
        for round in 0..<Self.rounds { (left, right) = (right, left ^ Self.scrambled(right, round, key)) }
        return Int64(left << Self.half | right)
    }

    // A Feistel network, with as many rounds as NIST asks of format-preserving encryption (SP 800-38G, FF1).
    private static let half: UInt64 = 26
    private static let mask: UInt64 = 1 << half - 1
    private static let rounds: UInt64 = 10

    private static func scrambled(_ word: UInt64, _ round: UInt64, _ key: KeyedHash.Key) -> UInt64 {
        var hash = KeyedHash(key, isWide: false)
        hash.add(round << half | word)
        return UInt64(truncatingIfNeeded: hash.finish()) & mask
    }
}
