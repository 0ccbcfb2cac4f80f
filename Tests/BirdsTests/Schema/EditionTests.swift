import Foundation
import Testing

@testable import Birds
@testable import Fixtures

@Suite struct EditionTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("birds.db")
        let fixture = Fixture.random(seed: 4, records: 40)
        try TwoEditions.write(exact: fixture, general: fixture, to: path)
    }

    private static let other = String(repeating: "0a", count: 16)

    private var parts: [String] { [path + ".exact", path + ".general"] }

    /// Changes one of the editions and joins them again.
    private func change(_ part: Int, _ sql: String) throws {
        try Database(path: parts[part], mode: .readWrite).execute(sql)
        try TwoEditions.join(parts, to: path)
    }

    private func isRefused(_ reason: String) throws -> Bool {
        do {
            _ = try ObservationStore(path: path)
            return false
        } catch .unusable(_, let found) {
            return found.contains(reason)
        }
    }

    @Test func aFileMayHaveAGeneralEdition() throws {
        #expect(try ObservationStore(path: path).general != nil)
        #expect(try ObservationStore(path: parts[0]).general == nil)
        // A view without exact places sees all of a file with one edition.
        #expect(try ObservationStore(path: parts[0]).showsEverything(View()))
        #expect(try !ObservationStore(path: path).isEdited)
        try change(1, "DELETE FROM observation WHERE id = 70001")
        #expect(try ObservationStore(path: path).isEdited)
    }

    @Test func whatFollowsMustBeTheGeneralEditionOfTheSameRecords() throws {
        try change(1, "UPDATE generation SET id = '\(Self.other)'")
        #expect(try isRefused("made from other records"))
        try change(1, "DELETE FROM generation")
        #expect(try isRefused("is not their general edition"))
        try change(1, "INSERT INTO generation VALUES ('\(Self.other)', '2020-01-01T00:00:00Z')")
        #expect(try isRefused("made from other records"))
        try TwoEditions.copyGeneration(
            from: Database(path: parts[0], mode: .readOnly), to: Database(path: parts[1], mode: .readWrite))
        try TwoEditions.join(parts, to: path)
        #expect(try ObservationStore(path: path).general != nil)
        for change in ["application_id = 1", "user_version = \(Schema.version - 1)", "user_version = 1000"] {
            try self.change(1, "PRAGMA " + change)
            #expect(try isRefused("is not their general edition"))
        }
    }

    @Test func whatFollowsMustBeADatabase() throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let exact = try Data(contentsOf: URL(fileURLWithPath: parts[0]))
        for bytes in [
            exact + [0], exact + Data(count: 8192), exact + exact.prefix(100), whole.prefix(exact.count + 8192),
        ] {
            try bytes.write(to: URL(fileURLWithPath: path))
            #expect(try isRefused("is not their general edition"))
        }
    }

    /// Nobody may be shown an exact place because the general edition got lost.
    @Test func aListOfSensitiveRecordsNeedsAGeneralEdition() throws {
        let one = [parts[0]]
        try TwoEditions.join(one, to: path)
        #expect(try ObservationStore(path: path).general == nil)
        try Database(path: parts[0], mode: .readWrite).execute(
            "INSERT INTO sensitive (species, category, scope, records) VALUES ('eagle', 0, 'cell', 1)")
        try TwoEditions.join(one, to: path)
        #expect(try isRefused("its general edition is missing"))
        try TwoEditions.join(parts, to: path)
        #expect(try ObservationStore(path: path).general != nil)
    }

    @Test func aFileHasAGeneralEditionBehindThePagesOfItsHeader() throws {
        var bytes = FileHeader().bytes
        func offset(_ size: Int64) throws -> Int64? {
            let file = folder.path("header")
            try Data(Array(FileHeader.magic) + bytes[16...]).write(to: URL(fileURLWithPath: file))
            let descriptor = open(file, O_RDONLY)
            defer { close(descriptor) }
            return Edition.offsetOfGeneral(try #require(FileHeader(descriptor)), size: size)
        }
        #expect(try offset(1 << 40) == nil)
        (bytes[16], bytes[31]) = (0x20, 3)
        #expect(try offset(3 * 8192) == nil && offset(3 * 8192 - 1) == nil)
        #expect(try offset(3 * 8192 + 1) == 3 * 8192)
        (bytes[16], bytes[17]) = (0, 1)
        #expect(try offset(1 << 40) == 3 * 65_536)
        // A count that is not valid.
        bytes[24] = 1
        #expect(try offset(1 << 40) == nil)
        bytes[92] = 1
        (bytes[28], bytes[29], bytes[30]) = (255, 255, 255)
        #expect(try offset(1 << 60) == (0xFFFF_FF03 as Int64) * 65_536)
    }

    /// One budget and one canceller for both.
    @Test func bothEditionsAreCancelledTogether() throws {
        let store = try ObservationStore(path: path)
        let views = [View.everything, View(), View(precision: .only(regions: ["CA"]))]
        for view in views {
            let cursor = try store.rows(.observations(ObservationQuery()), view: view, format: .json)
            store.canceller.cancel()
            var bytes: [UInt8] = []
            #expect(throws: StoreError.cancelled) { try cursor.fill(&bytes, limit: 10) }
            #expect(throws: StoreError.cancelled) { try store.rows(.regions, view: view, format: .json) }
            store.canceller = Canceller()
            store.setBudget(nanoseconds: 0)
            #expect(throws: StoreError.overBudget) { try store.rows(.regions, view: view, format: .json) }
            store.setBudget(nanoseconds: nil)
            #expect(try !store.rows(.regions, view: view, format: .csv).lines().isEmpty)
        }
    }

    /// A change that a view does not see leaves its revision.
    @Test func aRevisionFollowsWhatThePartsShow() throws {
        let views = [
            View(precision: .only(regions: ["CA"])), View(), View(regions: ["US"], precision: .only(regions: ["CA"])),
            View(regions: ["CA"], precision: .only(regions: ["CA"])), View(precision: .only(regions: ["US"])),
        ]
        func revisions() throws -> [Revision] {
            let store = try ObservationStore(path: path)
            return try views.map { try store.revision(of: $0) }
        }
        func differ(_ a: [Revision], _ b: [Revision]) -> [Bool] { zip(a, b).map { $0.id != $1.id } }
        let before = try revisions()
        let change = "UPDATE holding SET content_low = content_low + 1 WHERE description = 0 AND region ="
        try self.change(1, "\(change) 'US-AK'")
        let general = try revisions()
        #expect(differ(before, general) == [true, true, true, false, false])
        try self.change(0, "\(change) 'US-AK'")
        let exact = try revisions()
        #expect(differ(general, exact) == [false, false, false, false, true])
        try self.change(0, "\(change) 'CA-BC'")
        #expect(try differ(exact, revisions()) == [true, false, false, true, false])
    }
}
