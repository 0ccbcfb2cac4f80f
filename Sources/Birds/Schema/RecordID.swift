/// The number under which a record is shown: a permutation of 52 bits, which JavaScript and GDAL hold exactly. Without
/// the key of the database it tells neither how many records there are, nor which one came first.
///
/// It is made from the mark of the holding and the number of the record in it (`RecordRunColumn`), and from nothing
/// that other holdings have.
package struct RecordID: Equatable {
    /// Of the holding: at most `markBits` bits.
    package let mark: Int64
    /// Of the record in its holding, from 0: at most `numberBits` bits.
    package let number: Int64

    package static let markBits: Int64 = 22
    package static let numberBits: Int64 = 30

    /// - Returns: Nil if one of them is out of range.
    package init?(mark: Int64, number: Int64) {
        guard (0..<1 << Self.markBits).contains(mark), (0..<1 << Self.numberBits).contains(number) else { return nil }
        (self.mark, self.number) = (mark, number)
    }

    /// Reads a shown number; nil if it is out of range.
    init?(shown: Int64, _ key: KeyedHash.Key) {
        guard (0..<1 << (2 * Self.half)).contains(shown) else { return nil }
        var (left, right) = (UInt64(shown) >> Self.half, UInt64(shown) & Self.mask)
        for round in (0..<Self.rounds).reversed() { (left, right) = (right ^ Self.scrambled(left, round, key), left) }
        let value = Int64(left << Self.half | right)
        (mark, number) = (value >> Self.numberBits, value & (1 << Self.numberBits - 1))
    }

    /// The number that is shown.
    func shown(_ key: KeyedHash.Key) -> Int64 {
        let value = UInt64(mark << Self.numberBits | number)
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
