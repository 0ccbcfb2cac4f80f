import Birds

/// The place of a detection, which is the end of its code: many recorders write the same names for their recordings,
/// and many nodes of BirdNET-Go have the same name.
///
/// A detection without a place may be that of any place. So it is stored only if there is none with a place, and one
/// with a place replaces it. The same is stored in whatever order they are imported, unless places make a chain: of
/// three, the first may be the same as the second, and the second as the third, but not the first as the third.
struct SourcePlace: Equatable {
    let latitude: Double
    let longitude: Double

    /// Coordinates of one place differ by less, in degrees: 11 m. Programs round them. What binary numbers add to a
    /// difference of 0.0001 is far less than what is subtracted here.
    private static let tolerance = 0.0001 - 1e-9

    /// The most codes that begin like that of a detection and are looked at, so that no file takes forever.
    static let mostCompared = 1000

    /// The place of a detection; nil for all other records, and without coordinates.
    @inline(__always)
    init?(_ record: SourceRecord) {
        guard !record.detection.isEmpty, let latitude = record.latitude, let longitude = record.longitude else {
            return nil
        }
        // Of 0 and -0, SQLite stores 0.
        (self.latitude, self.longitude) = (latitude + 0, longitude + 0)
    }

    /// The place in two columns of a query; nil if they are NULL.
    init?(_ statement: Statement, from column: Int32) {
        if statement.isNull(column) || statement.isNull(column + 1) { return nil }
        (latitude, longitude) = (statement.double(column), statement.double(column + 1))
    }

    /// A condition of SQL: whether the columns `latitude` and `longitude` are the same place as two values.
    static func isSame(_ latitude: String, _ longitude: String) -> String {
        [("latitude", latitude), ("longitude", longitude)].map { column, value in
            "\(column) > \(value) - \(tolerance) AND \(column) < \(value) + \(tolerance)"
        }.joined(separator: " AND ")
    }

    /// What the code of a detection at this place has at its end.
    var suffix: String { " @\(latitude),\(longitude)" }

    /// The code of a detection without its suffix.
    func base(of code: String) -> String { String(decoding: code.utf8.dropLast(suffix.utf8.count), as: UTF8.self) }

    /// A condition of SQL: whether a code is that of a detection, without a place or with one. Codes of other records
    /// may meet it too.
    static func isOfDetection(_ code: String, _ detection: String) -> String {
        // "A" comes after "@". With both bounds, an index finds the codes.
        "\(code) >= \(detection) AND \(code) < \(detection) || ' A' AND (\(code) = \(detection) OR \(code) > \(detection) || ' @')"
    }
}
