import Testing

@testable import Birds
@testable import Fixtures

@Suite struct GeographicAreaTests {
    @Test func aBoxMayCrossTheAntimeridian() throws {
        let box = try #require(GeographicBox(west: 170, south: -20, east: -170, north: -10))
        #expect(box.contains(latitude: -15, longitude: 175))
        #expect(box.contains(latitude: -15, longitude: -180))
        #expect(box.contains(latitude: -10, longitude: -170))
        #expect(!box.contains(latitude: -15, longitude: 0))
        #expect(box.parts.count == 2)
        let line = try #require(GeographicBox(west: 180, south: -20, east: -180, north: -10))
        #expect(line.contains(latitude: -15, longitude: 180) && line.contains(latitude: -15, longitude: -180))
        #expect(!line.contains(latitude: -15, longitude: 179))
    }

    @Test(arguments: [
        (181.0, 0.0, 1.0, 1.0), (0, 2, 1, 1), (0, -91, 1, 1), (0, 0, 1, 90.5), (.nan, 0, 1, 1), (0, .nan, 1, 1),
    ])
    func invalidBoxesAreRefused(_ west: Double, _ south: Double, _ east: Double, _ north: Double) {
        #expect(GeographicBox(west: west, south: south, east: east, north: north) == nil)
    }

    @Test func distancesAreGreatCircles() throws {
        // A degree of latitude is a 360th of the way around.
        let degree = 2 * Double.pi * 6371.0088 / 360
        let circle = try #require(GeographicCircle(latitude: 0, longitude: 179.5, kilometres: degree + 0.001))
        #expect(circle.contains(latitude: 1, longitude: 179.5))
        #expect(circle.contains(latitude: 0, longitude: -179.5))
        #expect(!circle.contains(latitude: 0, longitude: -179.4))
        let here = try #require(GeographicCircle(latitude: 60, longitude: 10, kilometres: 0))
        #expect(here.contains(latitude: 60, longitude: 10))
    }

    @Test func allWaysToWriteAPointAreInTheSameAreas() throws {
        let same: [[(latitude: Double, longitude: Double)]] = [
            [(-17.25, 180), (-17.25, -180)], [(90, 0), (90, 135), (90, -180)], [(-90, 12.5), (-90, -170)],
        ]
        for points in same {
            for here in points {
                let circle = try #require(
                    GeographicCircle(latitude: here.latitude, longitude: here.longitude, kilometres: 0))
                for there in points { #expect(circle.contains(latitude: there.latitude, longitude: there.longitude)) }
            }
        }
        let antipode = try #require(GeographicCircle(latitude: 12.345, longitude: 67.891, kilometres: 20_015.115))
        #expect(antipode.contains(latitude: -12.345, longitude: -112.109))
    }

    @Test func theBoundsOfACircleContainIt() throws {
        var random = SplitMix(state: 9)
        var within = 0
        for _ in 0..<20_000 {
            let kilometres = Double.random(in: 0...1, using: &random) * 20_038
            let circle = try #require(
                GeographicCircle(
                    latitude: .random(in: -90...90, using: &random), longitude: .random(in: -180...180, using: &random),
                    kilometres: kilometres * kilometres / 20_038))
            let (latitude, longitude) = (
                Double.random(in: -90...90, using: &random), Double.random(in: -180...180, using: &random)
            )
            guard circle.contains(latitude: latitude, longitude: longitude) else { continue }
            within += 1
            let isHeld = circle.bounds.parts.contains {
                $0.south <= latitude && latitude <= $0.north && $0.west <= longitude && longitude <= $0.east
            }
            #expect(isHeld, "\(circle) \(latitude) \(longitude)")
        }
        #expect(within > 1000)
    }
}
