import Testing

@testable import BirdImport

@Suite struct VisitedLocationsTests {
    @Test func givesEachPairOnceInOrder() throws {
        let (locations, datasets) = ([3, 5, 900] + Array(1000...1100) as [Int64], [2, 7] as [Int64])
        var visits = try #require(VisitedLocations(locations: locations, datasets: datasets))
        for (location, dataset) in [(103, 1), (2, 1), (0, 1), (2, 0), (2, 1), (64, 0)] {
            visits.add(location: location, dataset: dataset)
        }
        var found: [[Int64]] = []
        try visits.visit { found.append([$0, $1]) }
        #expect(found == [[3, 7], [900, 2], [900, 7], [1061, 2], [1100, 7]])
    }

    @Test func holdsNoMorePairsThanItHasRoomFor() {
        let ids = Array(0..<8192 as Range<Int64>)
        #expect(VisitedLocations(locations: ids, datasets: Array(ids.prefix(4096))) != nil)
        #expect(VisitedLocations(locations: ids, datasets: ids) == nil)
        #expect(VisitedLocations(locations: [], datasets: []) != nil)
    }
}
