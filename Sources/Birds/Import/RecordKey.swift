/// What records are ordered by, in one of three orders, as 119 of 128 bits.
///
/// Places, species and data sets are ranks among those of an import. The default order is that of date, place and species;
/// the other indexes have these three in another order. The number and the data set follow.
struct RecordKey: Equatable {
    /// `yyyymmdd`, 00 for what is not known.
    var date: Int64 = 0
    var place = 0
    var species = 0
    /// Nil: seen and not counted, which comes first.
    var num: Int64?
    var dataset = 0

    /// No import has so many data sets.
    static let mostDataSets = 1 << 20

    private static let mask25: UInt64 = 1 << 25 - 1

    /// Each of the first three has 25 bits, the number 24 (`RecordDecoder.mostCounted`) and the data set 20.
    @inline(__always)
    private func pack(_ first: Int, _ second: Int, _ third: Int) -> (high: UInt64, low: UInt64) {
        let (first, second, third) = (
            UInt64(truncatingIfNeeded: first), UInt64(truncatingIfNeeded: second), UInt64(truncatingIfNeeded: third)
        )
        let count = UInt64(truncatingIfNeeded: (num ?? -1) + 1)
        return (
            first << 39 | second << 14 | third >> 11,
            third << 53 | count << 29 | UInt64(truncatingIfNeeded: dataset) << 9
        )
    }

    @inline(__always)
    private mutating func unpack(_ high: UInt64, _ low: UInt64) -> (Int, Int, Int) {
        let count = Int64(truncatingIfNeeded: low >> 29 & 0xFF_FFFF)
        num = count == 0 ? nil : count - 1
        dataset = Int(low >> 9 & 0xF_FFFF)
        return (
            Int(high >> 39), Int(high >> 14 & Self.mask25), Int((high & 0x3FFF) << 11 | low >> 53)
        )
    }

    @inline(__always) var byDate: (high: UInt64, low: UInt64) { pack(Int(date), place, species) }
    @inline(__always) var bySpecies: (high: UInt64, low: UInt64) { pack(species, Int(date), place) }
    @inline(__always) var byPlace: (high: UInt64, low: UInt64) { pack(place, Int(date), species) }

    init() {}

    @inline(__always)
    init(byDate item: SortItem) {
        let date: Int
        (date, place, species) = unpack(item.high, item.low)
        self.date = Int64(date)
    }

    @inline(__always)
    init(bySpecies item: SortItem) {
        let date: Int
        (species, date, place) = unpack(item.high, item.low)
        self.date = Int64(date)
    }

    @inline(__always)
    init(byPlace item: SortItem) {
        let date: Int
        (place, date, species) = unpack(item.high, item.low)
        self.date = Int64(date)
    }
}
