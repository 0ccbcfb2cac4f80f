import Glibc

// Areas on the globe, in degrees: latitudes from -90 to 90, longitudes from -180 to 180.
//
// Invariant: one point can be written in several ways, since the meridians 180 and -180 are the same and all
// meridians meet at a pole. Whichever way a location is stored and an area is asked for, the same point is in the
// same areas.

/// An area between two parallels and two meridians, in degrees. Its edges belong to it.
public struct GeographicBox: Sendable, Hashable {
    public let west: Double
    public let south: Double
    /// Less than `west` if the box crosses the antimeridian.
    public let east: Double
    public let north: Double

    /// Nil unless the latitudes are from -90 to 90 with `south` not above `north`, and the longitudes are from -180
    /// to 180.
    public init?(west: Double, south: Double, east: Double, north: Double) {
        guard (-180...180).contains(west), (-180...180).contains(east), -90 <= south, south <= north, north <= 90 else {
            return nil
        }
        self.west = west
        self.south = south
        self.east = east
        self.north = north
    }

    /// Whether a point is in the box. A pole is if its latitude is; a point at ±180 is if either way to write it
    /// is.
    func contains(latitude: Double, longitude: Double) -> Bool {
        guard south <= latitude, latitude <= north else { return false }
        if abs(latitude) == 90 || isBetween(longitude) { return true }
        return abs(longitude) == 180 && isBetween(-longitude)
    }

    /// Whether a longitude, as it is written, is between the meridians.
    private func isBetween(_ longitude: Double) -> Bool {
        west <= east ? west <= longitude && longitude <= east : west <= longitude || longitude <= east
    }

    /// Boxes that do not cross the antimeridian and together contain all points of this one, whichever way they are
    /// written. They are for a search in an R*Tree, which compares plain numbers.
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
        // An edge on the antimeridian: the same points written with the other sign.
        if west <= east, east == 180 { add(-180, -180) }
        if west <= east, west == -180 { add(180, 180) }
        // A pole may be stored with any longitude.
        for pole in [-90.0, 90] where south <= pole && pole <= north {
            parts.append(GeographicBox(west: -180, south: pole, east: 180, north: pole))
        }
        return parts.compactMap { $0 }
    }
}

/// All points within a distance of a centre, inclusive. Distances are along great circles of a sphere with a radius
/// of 6371.0088 km.
public struct GeographicCircle: Sendable, Hashable {
    public let latitude: Double
    public let longitude: Double
    /// The greatest distance from the centre.
    public let kilometres: Double

    /// Nil unless the point is valid and the distance is finite and not negative.
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

    /// Whether a point is in the circle.
    func contains(latitude: Double, longitude: Double) -> Bool {
        distance(latitude: latitude, longitude: longitude) <= kilometres
    }

    /// The distance from the centre in kilometres, by the haversine formula. It is exactly 0 for the same point,
    /// whichever way it is written.
    package func distance(latitude: Double, longitude: Double) -> Double {
        let radians = Double.pi / 180
        let (here, there) = (self.latitude * radians, latitude * radians)
        // `remainder` is exact and brings 360° to 0. The sine of 2π and the cosine of π/2 are not exactly 0 in
        // floating point, so poles are handled separately.
        let turn = (longitude - self.longitude).remainder(dividingBy: 360)
        let (up, along) = (sin((there - here) / 2), sin(turn * radians / 2))
        let isPole = abs(self.latitude) == 90 || abs(latitude) == 90
        let haversine = up * up + (isPole ? 0 : cos(here) * cos(there) * along * along)
        // For antipodes rounding can give more than 1.
        return 2 * Self.radius * asin(min(1, haversine.squareRoot()))
    }

    /// A box that contains the circle and slightly more.
    var bounds: GeographicBox {
        let degrees = 180 / Double.pi
        // A margin that is greater than any rounding error.
        let angle = kilometres / Self.radius * 1.000_001 + 1e-9
        let south = max(-90, latitude - angle * degrees)
        let north = min(90, latitude + angle * degrees)
        // A circle that contains a pole meets every meridian.
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

    /// The whole globe.
    static let everywhere = GeographicBox()
}
