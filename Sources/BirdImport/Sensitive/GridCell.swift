import Birds

/// The size of the cells of a grid over the whole Earth.
///
/// Invariants:
/// - It divides 90°, so that no cell is cut off at a pole or at 180°.
/// - Of it and each of 0.01°, 0.1° and 1°, one divides the other. So a cell of one of these sizes lies within one of
///   its own cells, or the other way round.
struct GridSize: Hashable, Comparable, Sendable {
    let microdegrees: Int64

    static let coarse = GridSize(unchecked: 100_000)
    static let medium = GridSize(unchecked: 10_000)
    static let fine = GridSize(unchecked: 1000)
    private static let greatest = GridSize(unchecked: 10_000_000)

    private init(unchecked microdegrees: Int64) { self.microdegrees = microdegrees }

    /// Nil unless it is from 0.001° to 10° and the invariants hold.
    init?(microdegrees: Int64) {
        self.init(unchecked: microdegrees)
        guard self >= .fine, self <= .greatest, 90 * Microdegrees.inDegree % microdegrees == 0,
            GridSize.ofPlaces.allSatisfy(nests)
        else { return nil }
    }

    /// Reads degrees such as `0.05`.
    init?(degrees text: String) {
        guard let value = Microdegrees.read(text), value.isExact else { return nil }
        self.init(microdegrees: value.floor)
    }

    /// The sizes of cells that places get because their own coordinates are not exact.
    static let ofPlaces = [medium, coarse, GridSize(unchecked: 1_000_000)]

    /// Whether each cell of one of the two sizes lies within one of the other.
    func nests(_ other: GridSize) -> Bool {
        let (less, more) = (min(self, other), max(self, other))
        return more.microdegrees % less.microdegrees == 0
    }

    static func < (a: GridSize, b: GridSize) -> Bool { a.microdegrees < b.microdegrees }

    /// The decimals that a multiple of it needs.
    var decimals: Int {
        var (rest, decimals) = (microdegrees, 6)
        while decimals > 0, rest % 10 == 0 { (rest, decimals) = (rest / 10, decimals - 1) }
        return decimals
    }

    /// In degrees, such as `0.1`.
    var text: String { Microdegrees.text(microdegrees, decimals: decimals) }

    /// The greatest distance of a point from the centre of its cell, in metres, for any cell of this size: rounded up
    /// to 100 m. It is one number for all cells, so that it tells nothing of the place within one.
    var uncertainty: Double {
        // Cells at the equator are the widest.
        let (half, side) = (Double(microdegrees) / 2e6, Double(microdegrees) / 1e6)
        let centre = GeographicCircle(latitude: half, longitude: half, kilometres: 0)
        let farthest = [0, side].compactMap { centre?.distance(latitude: $0, longitude: 0) }.max() ?? .infinity
        return (farthest * 10).rounded(.up) * 100
    }
}

/// A cell of a grid. It has its southern and western edge; the cells at 90° N and 180° E have their other edge too.
struct GridCell: Hashable, Sendable {
    let size: GridSize
    /// The southern and the western edge, in cells from the equator and from Greenwich.
    let (row, column): (Int64, Int64)

    /// The cell with a point; nil if there is no such point.
    init?(latitude: Double, longitude: Double, _ size: GridSize) {
        guard (-90...90).contains(latitude), (-180...180).contains(longitude),
            let north = Microdegrees.floor(latitude), let east = Microdegrees.floor(longitude)
        else { return nil }
        self.size = size
        func index(_ value: Int64, bound: Int64) -> Int64 {
            let (quotient, rest) = value.quotientAndRemainder(dividingBy: size.microdegrees)
            return min(rest < 0 ? quotient - 1 : quotient, bound * Microdegrees.inDegree / size.microdegrees - 1)
        }
        (row, column) = (index(north, bound: 90), index(east, bound: 180))
    }

    private var south: Int64 { row * size.microdegrees }
    private var west: Int64 { column * size.microdegrees }

    /// The centre, in degrees.
    var latitude: Double { Double(south + size.microdegrees / 2) / 1e6 }
    var longitude: Double { Double(west + size.microdegrees / 2) / 1e6 }

    /// The code of the place that stands for all places of a region in the cell, such as
    /// `cell_60.7N_135.1W_0.1_CA-YT`: its south-western corner, its size and the region.
    func code(region: String) -> String {
        let corner = [Self.text(south, "N", "S", size), Self.text(west, "E", "W", size)]
        return (["cell"] + corner + [size.text] + (region.isEmpty ? [] : [region])).joined(separator: "_")
    }

    /// The name of that place, such as `60.7N 135.1W to 60.8N 135.0W`.
    var name: String {
        let corners = [(south, west), (south + size.microdegrees, west + size.microdegrees)]
        return corners.map { Self.text($0.0, "N", "S", size) + " " + Self.text($0.1, "E", "W", size) }
            .joined(separator: " to ")
    }

    private static func text(_ value: Int64, _ positive: String, _ negative: String, _ size: GridSize) -> String {
        Microdegrees.text(value, decimals: size.decimals) + (value < 0 ? negative : positive)
    }
}
