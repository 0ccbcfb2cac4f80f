import Birds

/// What records are ordered by, in the default order, as 119 of 128 bits: date, place, species, number and data set. Places,
/// species and data sets are numbers of an import: provisional ones, or ranks among its own.
struct RecordKey: Equatable {
    /// `yyyymmdd`, 00 for what is not known.
    let date: Int64
    let location: Int
    let species: Int
    /// Nil: seen and not counted, which comes first.
    let num: Int64?
    let dataset: Int

    private static let mask20: UInt64 = 1 << 20 - 1
    private static let mask24: UInt64 = 1 << 24 - 1
    private static let mask25: UInt64 = 1 << 25 - 1

    /// Nil where a number has more bits than it gets here: date, place and species 25 each, the count 24, the data set 20.
    @inline(__always)
    init?(date: Int64, location: Int, species: Int, num: Int64?, dataset: Int) {
        guard Self.fits(date, Self.mask25), Self.fits(Int64(location), Self.mask25),
            Self.fits(Int64(species), Self.mask25),
            Self.fits(num ?? 0, Self.mask24 - 1), Self.fits(Int64(dataset), Self.mask20)
        else { return nil }
        (self.date, self.location, self.species, self.num, self.dataset) = (date, location, species, num, dataset)
    }

    @inline(__always)
    private static func fits(_ number: Int64, _ most: UInt64) -> Bool { UInt64(bitPattern: number) <= most }

    /// What comes first where keys are sorted; the others follow as they are named.
    enum Order {
        case dateLocationSpecies
        case speciesDateLocation
        case locationDateSpecies
    }

    @inline(__always)
    func packed(_ order: Order = .dateLocationSpecies) -> (high: UInt64, low: UInt64) {
        let (date, location, species) = (
            UInt64(bitPattern: date), UInt64(bitPattern: Int64(location)), UInt64(bitPattern: Int64(species))
        )
        let (first, second, third) =
            switch order {
            case .dateLocationSpecies: (date, location, species)
            case .speciesDateLocation: (species, date, location)
            case .locationDateSpecies: (location, date, species)
            }
        let count = num.map { UInt64(bitPattern: $0) + 1 } ?? 0
        return (
            first << 39 | second << 14 | third >> 11,
            third << 53 | count << 29 | UInt64(bitPattern: Int64(dataset)) << 9
        )
    }

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
        (self.date, self.location, self.species) = (Int64(date), Int(location), Int(species))
        let count = Int64(item.low >> 29 & Self.mask24)
        num = count == 0 ? nil : count - 1
        dataset = Int(item.low >> 9 & Self.mask20)
    }
}
