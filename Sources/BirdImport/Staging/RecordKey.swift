import Birds

/// The members that the default order compares: date, location, species, count and data set (`Schema`). A checklist
/// without a record has one too, without a species; it comes before the records of its date and location.
///
/// They are packed into 119 bits of two integers, so that `Sorter` compares two integers instead of five members.
/// Locations, species and data sets are numbers that are valid within one import: at first the provisional ones of
/// `Staging`, in the order of reading; then ranks, in the order of the ids.
///
/// Invariant: packed keys are in the same order as the members, in each `Order`.
struct RecordKey: Equatable {
    /// `yyyymmdd`, with 00 for an unknown month or day.
    let date: Int64
    let location: Int
    /// Nil for a checklist, which is not a record.
    let species: Int?
    /// Nil if the birds were not counted. Such records sort first, as NULL does in SQLite.
    let num: Int64?
    let dataset: Int

    private static let mask20: UInt64 = 1 << 20 - 1
    private static let mask24: UInt64 = 1 << 24 - 1
    private static let mask25: UInt64 = 1 << 25 - 1

    /// Returns nil if a number has more bits than its part of the key: 25 for the date, the location and the species,
    /// 24 for the count and 20 for the data set. (25 bits are enough for dates until the year 3355.)
    @inline(__always)
    init?(date: Int64, location: Int, species: Int?, num: Int64?, dataset: Int) {
        guard Self.fits(date, Self.mask25 - 1) || date == StoredDate.unknown, Self.fits(Int64(location), Self.mask25),
            Self.fits(Int64(species ?? 0), Self.mask25 - 1),
            Self.fits(num ?? 0, Self.mask24 - 1), Self.fits(Int64(dataset), Self.mask20)
        else { return nil }
        (self.date, self.location, self.species, self.num, self.dataset) = (date, location, species, num, dataset)
    }

    /// A negative number becomes a huge unsigned one, so this refuses it as well.
    @inline(__always)
    private static func fits(_ number: Int64, _ most: UInt64) -> Bool { UInt64(bitPattern: number) <= most }

    /// The order of the first three members in a packed key. The count and the data set always follow.
    enum Order {
        case dateLocationSpecies
        case speciesDateLocation
        case locationDateSpecies
    }

    /// The key as two integers. From the highest bit: three members of 25 bits in the given order, the count in 24
    /// bits, the data set in 20. The 9 lowest bits are 0. The third member is split: 14 bits in `high`, 11 in `low`.
    @inline(__always)
    func packed(_ order: Order = .dateLocationSpecies) -> (high: UInt64, low: UInt64) {
        let (date, location, species) = (
            date == StoredDate.unknown ? Self.mask25 : UInt64(bitPattern: date), UInt64(bitPattern: Int64(location)),
            species.map { UInt64(bitPattern: Int64($0)) + 1 } ?? 0
        )
        let (first, second, third) =
            switch order {
            case .dateLocationSpecies: (date, location, species)
            case .speciesDateLocation: (species, date, location)
            case .locationDateSpecies: (location, date, species)
            }
        // 0 means that there is no count, so that it sorts first. So it does for the species above.
        let count = num.map { UInt64(bitPattern: $0) + 1 } ?? 0
        return (
            first << 39 | second << 14 | third >> 11,
            third << 53 | count << 29 | UInt64(bitPattern: Int64(dataset)) << 9
        )
    }

    /// Unpacks a key that was packed in the given order.
    @inline(__always)
    init(_ item: SortItem, _ order: Order = .dateLocationSpecies) {
        let first = item.high >> 39
        let second = item.high >> 14 & Self.mask25
        let third = (item.high & 0x3FFF) << 11 | item.low >> 53
        let (date, location, species) =
            switch order {
            case .dateLocationSpecies: (first, second, third)
            case .speciesDateLocation: (second, third, first)
            case .locationDateSpecies: (second, first, third)
            }
        // The greatest number stands for no date, so that such records come last here too.
        self.date = date == Self.mask25 ? StoredDate.unknown : Int64(date)
        self.location = Int(location)
        self.species = species == 0 ? nil : Int(species) - 1
        let count = Int64(item.low >> 29 & Self.mask24)
        num = count == 0 ? nil : count - 1
        dataset = Int(item.low >> 9 & Self.mask20)
    }
}
