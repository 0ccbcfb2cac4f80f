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
}
