import Foundation

/// A database in a folder of its own, which can be replaced in the way an import replaces one.
final class ReplaceableDatabase {
    let folder: TemporaryFolder
    let path: String
    private let seed: UInt64

    /// - Parameters:
    ///   - seed: Decides the records.
    ///   - count: How many records there are at first.
    init(seed: UInt64, records count: Int) throws {
        folder = try TemporaryFolder()
        path = folder.path("birds.db")
        self.seed = seed
        try replace(records: count)
    }

    /// Replaces the database with a new one.
    func replace(records count: Int) throws {
        var fixture = Fixture.random(seed: seed, records: count)
        fixture.records = Array(fixture.records.prefix(count))
        try fixture.write(to: folder.path("new.db"))
        guard rename(folder.path("new.db"), path) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    /// Replaces the database with a file that is not one.
    func replaceByText() throws {
        try Data("this is no database".utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}
