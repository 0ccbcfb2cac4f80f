import Birds
import Testing

@testable import BirdImport
@testable import Birds
@testable import Fixtures

@Suite struct GridCellTests {
    @Test(arguments: [
        ("0.3", 300_000, true), ("0.29", 290_000, true), ("-0.0", 0, true), ("-0.0000001", -1, false),
        ("60.7000009", 60_700_000, false), ("-135.1", -135_100_000, true), ("1e-05", 10, true),
        ("1.5E1", 15_000_000, true),
        ("-1e-30", -1, false), ("0", 0, true), ("180.0", 180_000_000, true), (".5", 500_000, true),
        ("5.", 5_000_000, true),
        ("999.9999999", 999_999_999, false),
    ])
    func readsDecimals(text: String, floor: Int64, isExact: Bool) {
        let read = Microdegrees.read(text)
        #expect(read?.floor == floor && read?.isExact == isExact)
    }

    @Test(arguments: [
        "", "-", ".", "1.2.3", "1,5", "+1", "--1", "1e", "e5", "1e5.5", "nan", "inf", "1000", "1e3",
        "1e999999999999999999999", "1e-9223372036854775808", "1 ", "１",
        "0x10", String(repeating: "9", count: 500),
    ])
    func refusesOtherTexts(text: String) {
        #expect(Microdegrees.read(text) == nil)
    }

    @Test(arguments: [
        ("0.1", 7900), ("0.01", 800), ("0.001", 100), ("1", 78_700), ("0.05", 4000), ("0.5", 39_400), ("10", 785_800),
    ])
    func aSizeHasOneUncertainty(text: String, metres: Double) {
        #expect(GridSize(degrees: text)?.uncertainty == metres)
    }

    @Test(arguments: ["0", "-0.1", "0.0001", "0.0015", "0.25", "0.3", "0.03", "0.15", "7", "20", "0.1000001", "x", ""])
    func otherSizesAreNone(text: String) {
        #expect(GridSize(degrees: text) == nil)
    }

    @Test(arguments: [
        // A point on an edge belongs to the cell in the north and east of it.
        (60.7, -135.1, "0.1", "cell_60.7N_135.1W_0.1_CA-YT", 60.75, -135.05),
        (60.75, -135.05, "0.1", "cell_60.7N_135.1W_0.1_CA-YT", 60.75, -135.05),
        (0.3, 0.29, "0.1", "cell_0.3N_0.2E_0.1_CA-YT", 0.35, 0.25),
        (0.3, 0.29, "0.01", "cell_0.30N_0.29E_0.01_CA-YT", 0.305, 0.295),
        (-0.0, -0.0, "0.1", "cell_0.0N_0.0E_0.1_CA-YT", 0.05, 0.05),
        (-0.000_000_1, -1e-300, "0.1", "cell_0.1S_0.1W_0.1_CA-YT", -0.05, -0.05),
        (90, 180, "0.1", "cell_89.9N_179.9E_0.1_CA-YT", 89.95, 179.95),
        (-90, -180, "1", "cell_90S_180W_1_CA-YT", -89.5, -179.5),
        (89.95, 179.999, "10", "cell_80N_170E_10_CA-YT", 85, 175),
    ])
    func aPointIsInOneCell(
        latitude: Double, longitude: Double, size: String, code: String, north: Double, east: Double
    ) throws {
        let size = try #require(GridSize(degrees: size))
        let cell = try #require(GridCell(latitude: latitude, longitude: longitude, size))
        #expect(cell.code(region: "CA-YT") == code)
        #expect(cell.latitude == north && cell.longitude == east)
    }

    @Test func aCellHasAName() throws {
        let cell = try #require(GridCell(latitude: 60.72, longitude: -135.01, .coarse))
        #expect(cell.name == "60.7N 135.1W to 60.8N 135.0W")
        #expect(cell.code(region: "") == "cell_60.7N_135.1W_0.1")
        #expect(
            GridCell(latitude: 91, longitude: 0, .fine) == nil && GridCell(latitude: 0, longitude: .nan, .fine) == nil)
        #expect(GridCell(latitude: 0, longitude: 180.1, .fine) == nil)
    }

    /// The cell that is given has the point, its centre is in it, no point is farther away than it says, and cells lie
    /// within coarser ones.
    @Test func everyPointIsInTheCellThatIsGiven() throws {
        var random = SplitMix(state: 13)
        let sizes = try ["0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "0.5", "1", "2", "5", "10"].map {
            try #require(GridSize(degrees: $0))
        }
        for round in 0..<2000 {
            let decimals = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e9][round % 8]
            let latitude = (Double.random(in: -90...90, using: &random) * decimals).rounded() / decimals
            let longitude = (Double.random(in: -180...180, using: &random) * decimals).rounded() / decimals
            for size in sizes {
                let cell = try #require(GridCell(latitude: latitude, longitude: longitude, size))
                let half = Double(size.microdegrees) / 2e6 + 1e-9
                #expect(abs(cell.latitude - latitude) <= half && abs(cell.longitude - longitude) <= half)
                #expect(GridCell(latitude: cell.latitude, longitude: cell.longitude, size) == cell)
                let centre = try #require(
                    GeographicCircle(latitude: cell.latitude, longitude: cell.longitude, kilometres: 0))
                #expect(centre.distance(latitude: latitude, longitude: longitude) * 1000 <= size.uncertainty)
                let coarser = try #require(GridSize.ofPlaces.first { $0 >= size } ?? sizes.last)
                let outer = GridCell(latitude: latitude, longitude: longitude, coarser)
                #expect(GridCell(latitude: cell.latitude, longitude: cell.longitude, coarser) == outer)
            }
        }
    }
}
