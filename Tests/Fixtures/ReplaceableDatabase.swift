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

    /// Makes the file unusable while the body runs. Its identity stays the same throughout.
    func breakForNow(_ body: () throws -> Void) throws {
        let url = URL(fileURLWithPath: path)
        let date = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate]
        func write(_ bytes: Data) throws {
            let file = try FileHandle(forWritingTo: url)
            try file.write(contentsOf: bytes)
            try file.close()
            if let date { try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path) }
        }
        let header = try Data(contentsOf: url).prefix(16)
        // Sets the date once before, since it may be kept less exactly than it was.
        try write(header)
        try write(Data(repeating: 0, count: 16))
        try body()
        try write(header)
    }

    /// Replaces the database with a file that is not one.
    func replaceByText() throws {
        try Data("this is no database".utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}
