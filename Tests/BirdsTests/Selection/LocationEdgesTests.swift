import Foundation
import Testing

@testable import Birds
@testable import Fixtures

/// Areas at the antimeridian and the poles, compared with a direct computation over all locations.
@Suite struct LocationEdgesTests {
    private static let latitudes: [Double] = [-90, (-90.0).nextUp, -89.995, -17.5, 0, 45, 89.995, 90.0.nextDown, 90]
    private static let longitudes: [Double] = [
        -180, (-180.0).nextUp, -179.9999, -170, -45, 0, 0.1, 135, 179.9999, 180.0.nextDown, 180,
    ]

    /// In kilometres.
    private static let radii: [Double] = [0, 1e-6, 0.001, 1, 600, 10_007.5, 19_000, 20_015.2, 20_038]

    private typealias Point = (latitude: Double, longitude: Double)

    /// Edges, values close to them, and any others.
    private static func latitude(_ random: inout SplitMix) -> Double {
        Int.random(in: 0..<3, using: &random) > 0
            ? latitudes.randomElement(using: &random) ?? 0 : .random(in: -90...90, using: &random)
    }

    private static func longitude(_ random: inout SplitMix) -> Double {
        Int.random(in: 0..<3, using: &random) > 0
            ? longitudes.randomElement(using: &random) ?? 0 : .random(in: -180...180, using: &random)
    }

    /// Whether two points are the same.
    private static func isSame(_ a: Point, _ b: Point) -> Bool {
        a.latitude == b.latitude
            && (abs(a.latitude) == 90 || a.longitude == b.longitude
                || abs(a.longitude) == 180 && abs(b.longitude) == 180)
    }

    /// In kilometres, by the angle between two vectors.
    private static func distance(_ a: Point, _ b: Point) -> Double {
        func vector(_ point: Point) -> [Double] {
            let (up, along) = (point.latitude * .pi / 180, point.longitude * .pi / 180)
            return [cos(up) * cos(along), cos(up) * sin(along), sin(up)]
        }
        let (a, b) = (vector(a), vector(b))
        let cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
        let dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
        return 6371.0088 * atan2(cross.reduce(0) { $0 + $1 * $1 }.squareRoot(), dot)
    }

    private static func isInBox(_ box: GeographicBox, _ point: Point) -> Bool {
        guard box.south <= point.latitude, point.latitude <= box.north else { return false }
        if abs(point.latitude) == 90 { return true }
        let span = box.west <= box.east ? box.east - box.west : box.east - box.west + 360
        // Measured eastward from the western edge.
        return [point.longitude - 360, point.longitude, point.longitude + 360].contains {
            box.west <= $0 && (box.west <= box.east ? $0 <= box.east : $0 <= box.east + 360)
        } || span == 360
    }

    private static func fixture(_ random: inout SplitMix, locations: [Point]) -> Fixture {
        var fixture = Fixture()
        fixture.species.append(Fixture.Species(code: "stejay"))
        for (index, place) in locations.enumerated() {
            fixture.locations.append(
                Fixture.Location(
                    code: "L\(1000 + index)", latitude: place.latitude, longitude: place.longitude, region: "CA"))
            fixture.records.append(Fixture.Record(date: 20_210_203, location: index, species: 0))
        }
        return fixture
    }

    /// A few locations are found by the R*Tree. With many, the location of each record is looked up.
    @Test(arguments: [20, 300])
    func areasContainWhatADirectComputationFinds(count: Int) throws {
        var random = SplitMix(state: 71)
        let locations = (0..<count).map { _ in (Self.latitude(&random), Self.longitude(&random)) as Point }
        let folder = try TemporaryFolder()
        try Self.fixture(&random, locations: locations).write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var (listed, found) = (0, 0)
        for _ in 0..<400 {
            var query = ObservationQuery()
            var (south, north) = (Self.latitude(&random), Self.latitude(&random))
            if south > north { (south, north) = (north, south) }
            let box = try #require(
                GeographicBox(west: Self.longitude(&random), south: south, east: Self.longitude(&random), north: north))
            query.filter.box = box
            let ids = try store.ids(query)
            #expect(ids == locations.indices.filter { Self.isInBox(box, locations[$0]) }.map { $0 + 1 }, "\(box)")
            listed += ids.count <= Selection.few ? 1 : 0
            found += ids.count
        }
        #expect(listed > 10 && found > 100)
        for _ in 0..<400 {
            var query = ObservationQuery()
            let middle: Point = (Self.latitude(&random), Self.longitude(&random))
            let within = Self.radii.randomElement(using: &random) ?? 0
            query.filter.circle = GeographicCircle(
                latitude: middle.latitude, longitude: middle.longitude, kilometres: within)
            let ids = Set(try store.ids(query))
            for (index, place) in locations.enumerated() {
                let distance = Self.distance(middle, place)
                // A point within a hundredth of a millimetre of the edge may be on either side, except the centre
                // itself.
                guard Self.isSame(middle, place) || abs(distance - within) > 1e-8 * max(1, within) else { continue }
                let isWithin = Self.isSame(middle, place) || distance <= within
                #expect(ids.contains(index + 1) == isWithin, "\(middle) \(within) \(place) \(distance)")
            }
        }
    }

    @Test func everyPointIsWithinHalfTheCircumference() throws {
        var random = SplitMix(state: 72)
        let locations = (0..<200).map { _ in (Self.latitude(&random), Self.longitude(&random)) as Point }
        let antipodes = locations.map {
            (-$0.latitude, $0.longitude > 0 ? $0.longitude - 180 : $0.longitude + 180) as Point
        }
        let folder = try TemporaryFolder()
        try Self.fixture(&random, locations: locations + antipodes).write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        for place in locations {
            var query = ObservationQuery()
            query.filter.circle = GeographicCircle(
                latitude: place.latitude, longitude: place.longitude, kilometres: 6371.0088 * .pi)
            #expect(try store.ids(query).count == 400)
        }
    }
}
