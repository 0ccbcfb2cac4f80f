import FileSystem
import Glibc
import Testing

@testable import BirdImport
@testable import Fixtures

/// A file that another program writes while it is read.
@Suite struct ChangedFileTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private static let rows = (0..<20_000).map { "L\($0),60.5,1,,2021,2,3,a,1\n" }.joined()

    enum Change: CaseIterable { case shrinks, grows, keepsItsSize, isTouched }

    @Test(arguments: Change.allCases, [false, true])
    func aFileThatChangesWhileItIsReadIsRefused(change: Change, isPacked: Bool) throws {
        let bytes = Array((plainHeader + Self.rows).utf8)
        let path = fixture.write("a.csv", isPacked ? GzipWriter.file(bytes) : bytes)
        var options = ImportOptions(files: [path], database: fixture.database)
        (options.now, options.skipErrors, options.rejects) = (1_714_979_289, true, fixture.path("r.csv"))
        var hasChanged = false
        #expect(
            throws: ChangeError.refused("\(path) was changed while it was read; import it again when it is complete.")
        ) {
            try Importer.run(options) { _ in
                if hasChanged { return }
                hasChanged = true
                switch change {
                case .shrinks: truncate(path, 100)
                case .grows: Self.write("L9,60.5,1,,2021,2,3,a,1\n", "a", path)
                case .keepsItsSize: Self.write("LOC_ID", "r+", path)
                case .isTouched: utimensat(AT_FDCWD, path, nil, 0)
                }
            }
        }
        #expect(hasChanged && fixture.names == ["a.csv"])
    }

    private static func write(_ text: String, _ mode: String, _ path: String) {
        guard let file = fopen(path, mode) else { return }
        fputs(text, file)
        fclose(file)
    }

    /// Others may read it, link to it and change its mode.
    @Test func aFileWithAnotherModeIsTheSame() throws {
        let path = fixture.write("a.csv", plainHeader + Self.rows)
        var options = ImportOptions(files: [path], database: fixture.database)
        options.now = 1_714_979_289
        #expect(try Importer.run(options) { _ in chmod(path, 0o444) }.stored == 20_000)
    }
}
