import Testing

@testable import BirdImport
@testable import rookery

@Suite struct ProgressLineTests {
    @Test(arguments: [
        (ImportProgress.Stage.reading(file: "a.csv"), 0, 0.0, 0, "reading a.csv: 0 records"),
        (.reading(file: "a.csv"), 500, 0.25, 0, "reading a.csv: 500 records"),
        (.reading(file: "a.csv"), 500, 0, 900, "reading a.csv: 500 records"),
        (.reading(file: "a.csv"), 3000, 0.25, 1500, "reading a.csv: 3000 records, 2000 records/s, 5 s left"),
        (.storing, 10, 1, 4000, "storing: 10 records, 2 records/s, 0 s left"),
        (.storing, 10, 1e-300, 4000, "storing: 10 records, 2 records/s, 1000000 s left"),
        (.indexing, 10, 0.5, 4000, "making indexes"),
    ])
    func saysHowFarAStageIs(
        stage: ImportProgress.Stage, records: Int, fraction: Double, milliseconds: Int64, text: String
    ) {
        let progress = ImportProgress(stage: stage, records: records, fraction: fraction)
        #expect(ProgressLine.text(progress, elapsed: milliseconds) == text)
    }
}
