import BirdImport
import Testing

@testable import Fixtures

@Suite struct ProgressTests {
    @Test func progressIsToldFromReadingToIndexing() throws {
        let fixture = try ImportFixture()
        let row = "L1,,,,2021,2,3,a,1\n"
        let path = fixture.write("a.csv", plainHeader + String(repeating: row, count: 20_000))
        var options = ImportOptions(files: [path], database: fixture.database)
        options.now = 1_714_979_289
        var told: [ImportProgress] = []
        _ = try Importer.run(options) { told.append($0) }
        #expect(
            told.map(\.stage) == [
                .reading(file: path), .reading(file: path), .storing, .storing, .indexing,
            ])
        #expect(told.map(\.records) == [8192, 16_384, 8192, 16_384, 0])
        let size = Double(fixture.bytes("a.csv").count)
        // The reader may have read ahead of the rows that it gave, but no further than the file.
        #expect(
            zip(told.prefix(2), [8192.0, 16_384]).allSatisfy { told, rows in
                told.fraction >= rows * Double(row.utf8.count) / size && told.fraction <= 1
            })
        #expect(told.dropFirst(2).map(\.fraction) == [0.4096, 0.8192, 0] as [Double])
    }
}
