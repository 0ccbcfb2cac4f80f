import Glibc

/// An area between two parallels and two meridians, its edges included, in degrees.
public struct GeographicBox: Sendable, Hashable {
    public let west: Double
    public let south: Double
    /// Less than `west` where the box crosses the antimeridian.
    public let east: Double
    public let north: Double

    /// Nil unless the latitudes are from -90 to 90 and ascend, and the longitudes are from -180 to 180.
    public init?(west: Double, south: Double, east: Double, north: Double) {
        guard (-180...180).contains(west), (-180...180).contains(east), -90 <= south, south <= north, north <= 90 else {
            return nil
        }
        self.west = west
        self.south = south
        self.east = east
        self.north = north
    }

    func contains(latitude: Double, longitude: Double) -> Bool {
        guard south <= latitude, latitude <= north else { return false }
        return west <= east ? west <= longitude && longitude <= east : west <= longitude || longitude <= east
    }

    /// The same area as boxes that do not cross the antimeridian.
    var parts: [GeographicBox] {
        guard west > east else { return [self] }
        return [
            GeographicBox(west: west, south: south, east: 180, north: north),
            GeographicBox(west: -180, south: south, east: east, north: north),
        ].compactMap { $0 }
    }
}

/// All places within a distance of one, the distance included: a great circle on a sphere of 6371.0088 km.
public struct GeographicCircle: Sendable, Hashable {
    public let latitude: Double
    public let longitude: Double
    public let kilometres: Double

    /// Nil unless the point is on Earth and the distance is a number from 0 up.
    public init?(latitude: Double, longitude: Double, kilometres: Double) {
        guard (-90...90).contains(latitude), (-180...180).contains(longitude), kilometres >= 0, kilometres.isFinite
        else {
            return nil
        }
        self.latitude = latitude
        self.longitude = longitude
        self.kilometres = kilometres
    }

    /// The mean radius of the Earth (IUGG), in kilometres.
    private static let radius = 6371.0088

    /// By the haversine formula.
    func contains(latitude: Double, longitude: Double) -> Bool {
        let radians = Double.pi / 180
        let (here, there) = (self.latitude * radians, latitude * radians)
        let (up, along) = (sin((there - here) / 2), sin((longitude - self.longitude) * radians / 2))
        let haversine = up * up + cos(here) * cos(there) * along * along
        return 2 * Self.radius * asin(min(1, haversine.squareRoot())) <= kilometres
    }

    /// A box that holds the circle, and a little more.
    var bounds: GeographicBox {
        let degrees = 180 / Double.pi
        // More than any rounding makes of it.
        let angle = kilometres / Self.radius * 1.000_001 + 1e-9
        let south = max(-90, latitude - angle * degrees)
        let north = min(90, latitude + angle * degrees)
        // With a pole within, every meridian is.
        let width = south > -90 && north < 90 ? asin(min(1, sin(angle) / cos(latitude / degrees))) * degrees : 180
        guard angle < Double.pi / 2, width < 180 else {
            return GeographicBox(west: -180, south: south, east: 180, north: north) ?? .everywhere
        }
        func wrapped(_ longitude: Double) -> Double {
            longitude < -180 ? longitude + 360 : longitude > 180 ? longitude - 360 : longitude
        }
        return GeographicBox(
            west: wrapped(longitude - width), south: south, east: wrapped(longitude + width), north: north)
            ?? .everywhere
    }
}

extension GeographicBox {
    private init() { (west, south, east, north) = (-180, -90, 180, 90) }

    static let everywhere = GeographicBox()
}
