import Testing

@testable import Fixtures
@testable import People

/// What rights show, compared with what they say of each single record.
@Suite struct RightsTests {
    private typealias Rights = RightsFile.Rights

    /// What somebody is shown of a record.
    private enum Shown: Int, Comparable {
        case nothing, general, exact
        static func < (a: Shown, b: Shown) -> Bool { a.rawValue < b.rawValue }
    }

    /// Each region that random rights name, one beside them, and none.
    private static let regions: [String?] = ["CA", "CA-YT", "CA-YT-001", "CA-BC", "C", "US", "US-AK", "FR", nil]
    private static let datasets: [String?] = ["a", "b", "c", "d", nil]

    private static func shown(_ rights: Rights?, _ region: String?, _ dataset: String?) -> Shown {
        func isWithin(_ regions: [String]) -> Bool {
            region.map { region in regions.contains { region == $0 || region.hasPrefix($0 + "-") } } ?? false
        }
        func isOf(_ datasets: [String]) -> Bool { dataset.map(datasets.contains) ?? false }
        guard let rights, rights.regions.map(isWithin) ?? true, rights.datasets.map(isOf) ?? true else {
            return .nothing
        }
        return switch rights.precision {
        case .everywhere: .exact
        case .only(let regions, let datasets): isWithin(regions) || isOf(datasets) ? .exact : .general
        }
    }

    /// What is shown of each record.
    private static func all(_ rights: Rights?) -> [Shown] {
        regions.flatMap { region in datasets.map { shown(rights, region, $0) } }
    }

    private static func random(_ random: inout some RandomNumberGenerator) -> Rights {
        func some(_ names: [String?], _ random: inout some RandomNumberGenerator) -> [String] {
            let few = names.compactMap { $0 }.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random))
            return Array(few)
        }
        func isGiven(_ random: inout some RandomNumberGenerator) -> Bool { Bool.random(using: &random) }
        var rights = Rights()
        if isGiven(&random) { rights.regions = some(regions.dropLast(2), &random) }
        if isGiven(&random) { rights.datasets = some(datasets.dropLast(2), &random) }
        let exact = (
            isGiven(&random) ? some(regions.dropLast(2), &random) : [],
            isGiven(&random) ? some(datasets.dropLast(2), &random) : []
        )
        rights.precision =
            Int.random(in: 0..<8, using: &random) == 0 ? .everywhere : .only(regions: exact.0, datasets: exact.1)
        return rights
    }

    /// Somebody covers another one if and only if they see at least as much of each record.
    @Test func coveringIsSeeingAsMuchOfEachRecord() {
        var random = SplitMix(state: 13)
        var covers = 0
        for _ in 0..<2_000 {
            let (a, b) = (Self.random(&random), Self.random(&random))
            let seesAsMuch = zip(Self.all(a), Self.all(b)).allSatisfy { $0 >= $1 }
            #expect(a.cover(b) == seesAsMuch, "\(a.inWords) | \(b.inWords)")
            #expect(a.showLess(than: b) != seesAsMuch)
            if seesAsMuch { covers += 1 }
        }
        #expect(covers > 50)
    }

    /// What two rights have in common is in both, and no rights to these records that both cover show more.
    @Test func whatIsInCommonIsInBothAndNoLessThanItCanBe() {
        var random = SplitMix(state: 14)
        var covered = 0
        for _ in 0..<2_000 {
            let (a, b) = (Self.random(&random), Self.random(&random))
            let common = a.common(with: b)
            let shown = zip(zip(Self.all(a), Self.all(b)), Self.all(common))
            #expect(shown.allSatisfy { min($0.0, $0.1) >= $1 }, "\(a.inWords) | \(b.inWords)")
            // Which records there are can always be said, if not of which the place is exact.
            #expect(shown.allSatisfy { (min($0.0, $0.1) == .nothing) == ($1 == .nothing) })
            #expect(common.map { a.cover($0) && b.cover($0) } ?? true)
            if let common {
                var third = Self.random(&random)
                (third.regions, third.datasets) = (common.regions, common.datasets)
                if a.cover(third), b.cover(third) {
                    covered += 1
                    #expect(common.cover(third), "\(a.inWords) | \(b.inWords) | \(third.inWords)")
                }
            }
            let other = b.common(with: a)
            #expect(Self.all(other) == Self.all(common))
        }
        #expect(covered > 50)
    }

    /// However rights are written, they are the same.
    @Test func theWritingDoesNotCount() throws {
        for (one, other) in [
            ("regions=CA,US", "regions=US,CA,CA-YT"), ("precise-regions=CA,CA-YT", "precise-regions=CA"),
            ("regions=CA precise", "regions=CA precise-regions=CA"),
            ("regions=CA precise", "regions=CA precise-regions=CA,US"),
            ("datasets=a,b precise", "datasets=b,a precise-datasets=a,b"),
            ("datasets=a regions=CA,US precise-regions=CA", "regions=US,CA precise-regions=CA-YT,CA,FR datasets=a,a"),
            ("regions=CA-YT datasets=a precise", "regions=CA-YT datasets=a precise-datasets=a precise-regions=CA-YT"),
        ] {
            let rights = try [one, other].map { words in
                try #require(try RightsFile(Array("alice \(words)\n".utf8)).rights(ofUser: "alice"))
            }
            #expect(rights[0].cover(rights[1]) && rights[1].cover(rights[0]), "\(one) | \(other)")
            #expect(!rights[0].showLess(than: rights[1]) && !rights[1].showLess(than: rights[0]))
        }
    }
}
