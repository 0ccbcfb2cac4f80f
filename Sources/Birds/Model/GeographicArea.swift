import Glibc

// A point may be written in several ways: the meridians 180 and -180 are one, and at a pole all are. So whatever way a place is stored and
// an area asked for, places that are one point are in the same areas.

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
        if abs(latitude) == 90 || isBetween(longitude) { return true }
        return abs(longitude) == 180 && isBetween(-longitude)
    }

    /// Whether a longitude is between the meridians, as it is written.
    private func isBetween(_ longitude: Double) -> Bool {
        west <= east ? west <= longitude && longitude <= east : west <= longitude || longitude <= east
    }

    /// Boxes that do not cross the antimeridian and hold all that this one contains, however its points are written.
    var parts: [GeographicBox] {
        var parts: [GeographicBox?] = []
        func add(_ west: Double, _ east: Double) {
            parts.append(GeographicBox(west: west, south: south, east: east, north: north))
        }
        if west <= east {
            add(west, east)
        } else {
            add(west, 180)
            add(-180, east)
        }
        guard west != -180 || east != 180 else { return parts.compactMap { $0 } }
        if west <= east, east == 180 { add(-180, -180) }
        if west <= east, west == -180 { add(180, 180) }
        for pole in [-90.0, 90] where south <= pole && pole <= north {
            parts.append(GeographicBox(west: -180, south: pole, east: 180, north: pole))
        }
        return parts.compactMap { $0 }
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

    func contains(latitude: Double, longitude: Double) -> Bool {
        distance(latitude: latitude, longitude: longitude) <= kilometres
    }

    /// From the middle, in kilometres, by the haversine formula. Exactly 0 for the same point, however it is written.
    func distance(latitude: Double, longitude: Double) -> Double {
        let radians = Double.pi / 180
        let (here, there) = (self.latitude * radians, latitude * radians)
        // The remainder is exact; the sine of 360 degrees is not 0 in binary, nor is the cosine of 90.
        let turn = (longitude - self.longitude).remainder(dividingBy: 360)
        let (up, along) = (sin((there - here) / 2), sin(turn * radians / 2))
        let isPole = abs(self.latitude) == 90 || abs(latitude) == 90
        let haversine = up * up + (isPole ? 0 : cos(here) * cos(there) * along * along)
        // For antipodes rounding may make it more than 1.
        return 2 * Self.radius * asin(min(1, haversine.squareRoot()))
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
