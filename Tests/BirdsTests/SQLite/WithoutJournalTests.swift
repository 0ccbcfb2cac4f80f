import CSQLite
import Glibc
import Testing

@testable import Birds

@Suite struct WithoutJournalTests {
    /// A file is not opened in another way, in which SQLite would look for a journal.
    @Test func aFileIsNotOpenedWhereTheVFSCanNotBeRegistered() async {
        await #expect(processExitsWith: .success) {
            // Without any VFS to copy there is none to register. The others are then there again.
            var others: [UnsafeMutablePointer<sqlite3_vfs>] = []
            while let other = sqlite3_vfs_find(nil) {
                others.append(other)
                sqlite3_vfs_unregister(other)
            }
            try #require(!others.isEmpty && !WithoutJournal.isRegistered)
            for other in others { sqlite3_vfs_register(other, other == others[0] ? 1 : 0) }
            let path = "/tmp/rookery-vfs-\(UInt64.random(in: 0 ... .max)).db"
            _ = try Database(path: path, mode: .readWrite).execute("CREATE TABLE t (a)")
            defer { unlink(path) }
            #expect(throws: StoreError.self) { _ = try Database(path: path, mode: .withoutJournal) }
        }
    }
}
