import CLinux
import FileSystem
import Glibc
import Testing

@testable import BirdImport
@testable import Birds
@testable import Fixtures

@Suite struct GenerationTests {
    private let fixture: ImportFixture

    init() throws {
        fixture = try ImportFixture()
        fixture.write("a.csv", plainHeader + "L0,,,,2021,2,3,a,1\n")
    }

    @Test func aLinkIsNeverTheLock() throws {
        symlink("elsewhere", fixture.database + ".lock")
        #expect(throws: ChangeError.self) { try fixture.run("a.csv") }
        #expect(fixture.names == ["a.csv", "birds.db.lock"])
        unlink(fixture.database + ".lock")
        try fixture.run("a.csv")
        #expect(fixture.names == ["a.csv", "birds.db"])
    }

    @Test func refusesASecondChangeAtTheSameTime() throws {
        let first = try Generation(path: fixture.database)
        fixture.write("birds.db.new", "what the first one makes")
        let sentence =
            "\(fixture.database) can't be changed now: another import is under way. Try again when it has ended."
        #expect(throws: ChangeError.refused(sentence)) { try fixture.run("a.csv") }
        #expect(fixture.text("birds.db.new") == "what the first one makes")
        withExtendedLifetime(first) {}
    }

    @Test func removesTheFilesOfAKilledImport() throws {
        // Earlier versions made `birds.db.general`.
        for name in ["new", "general"] {
            for suffix in ["", "-journal", "-wal", "-shm"] {
                fixture.write("birds.db.\(name)\(suffix)", "half a database")
            }
        }
        try fixture.run("a.csv")
        #expect(fixture.names == ["a.csv", "birds.db"])
        #expect(try fixture.isSound())
    }

    @Test func aFailedChangeLeavesTheDatabaseAsItWas() throws {
        try fixture.run("a.csv")
        let before = fixture.bytes("birds.db")
        let generation = try Generation(path: fixture.database)
        #expect(throws: ChangeError.self) {
            try generation.change { (database) throws(StoreError) in
                try database.execute("DELETE FROM observation")
                try database.execute("no SQL")
            }
        }
        #expect(fixture.bytes("birds.db") == before)
        #expect(!fixture.names.contains("birds.db.new"))
    }

    @Test func noticesWrongCounts() throws {
        let statements = [
            "INSERT INTO dataset VALUES (1, 'a', 'plain', NULL, NULL, NULL, '2024-05-06T07:08:09Z', 0, 1, 0, 0, 0)",
            "INSERT INTO summary VALUES (2, 2021, 0, 0, 1, 1, NULL, NULL, 20210203, 20210203)",
        ]
        for statement in statements {
            #expect(throws: ChangeError.self) {
                try change { (database) throws(StoreError) in try database.execute(statement) }
            }
            #expect(fixture.names == ["a.csv"])
        }
        try fixture.run("a.csv")
        let before = fixture.bytes("birds.db")
        #expect(throws: ChangeError.self) {
            try change { (database) throws(StoreError) in try database.execute("DELETE FROM observation") }
        }
        #expect(fixture.bytes("birds.db") == before)
    }

    /// The number of a report is compared with the rows of the data sets, and these with the checklists.
    @Test func noticesAWrongNumberOfChecklistsInAReport() throws {
        try fixture.run("a.csv")
        let database = try Database(path: fixture.database, mode: .readOnly)
        let id = try #require(try database.integer("SELECT id FROM dataset"))
        try RecordCounts.check(checklists: 1, of: [id], in: database)
        #expect(throws: StoreError.self) { try RecordCounts.check(checklists: 2, of: [id], in: database) }
    }

    private func change(_ body: (Database) throws(StoreError) -> Void) throws {
        let generation = try Generation(path: fixture.database)
        try generation.change(body)
    }

    @Test func keepsTheModeAndMakesANewFile() throws {
        try fixture.run("a.csv")
        chmod(fixture.database, 0o640)
        let before = try #require(FileIdentity(path: fixture.database))
        try fixture.run("a.csv")
        var status = stat()
        stat(fixture.database, &status)
        #expect(status.st_mode & 0o7777 == 0o640)
        #expect(FileIdentity(path: fixture.database)?.inode != before.inode)
    }

    /// Only root can change the owner of a file.
    @Test(.enabled(if: geteuid() == 0)) func keepsTheOwnerAndTheGroup() throws {
        try fixture.run("a.csv")
        chown(fixture.database, 1234, 5678)
        // chown clears some of these bits.
        chmod(fixture.database, 0o2750)
        try fixture.run("a.csv")
        var status = stat()
        stat(fixture.database, &status)
        #expect(status.st_uid == 1234 && status.st_gid == 5678)
        #expect(status.st_mode & 0o7777 == 0o2750)
    }

    /// An account that can't keep the group gives its rights to nobody else: neither to a group of its own, nor to
    /// everybody. Only root can be another account.
    @Test(
        .enabled(if: geteuid() == 0),
        arguments: [
            (0o640, 0o600), (0o660, 0o600), (0o644, 0o644), (0o664, 0o644), (0o604, 0o600), (0o2750, 0o700),
        ] as [(mode_t, mode_t)])
    func aGroupThatIsNotKeptGivesNoRightsToAnother(before: mode_t, after: mode_t) async {
        await #expect(processExitsWith: .success) { [before = before as mode_t, after = after as mode_t] in
            let fixture = try ImportFixture()
            fixture.write("a.csv", plainHeader + "L0,,,,2021,2,3,a,1\n")
            fixture.write("bad.csv", plainHeader + "L0,,,,2021,2,30,a,1\n")
            try fixture.run("a.csv")
            fixture.write("rejects.csv", "")
            let files = [fixture.database, fixture.path("rejects.csv")]
            for file in files {
                try #require(chown(file, 1234, 5678) == 0 && chmod(file, before) == 0)
            }
            try #require(chown(fixture.folder, 1234, 1234) == 0)
            try #require(setgroups(0, nil) == 0 && setgid(1234) == 0 && setuid(1234) == 0)
            var lost = try fixture.run("a.csv").lostAccess
            lost += try fixture.run("bad.csv") { $0.rejects = files[1] }.lostAccess
            try #require(lost.map(\.path) == files)
            for (file, lost) in zip(files, lost) {
                #expect(lost.before.owner == "1234" && lost.before.group == "5678" && lost.after.group == "1234")
                #expect(lost.warning.hasSuffix("chown 1234:5678 \(file) && chmod \(lost.before.mode) \(file)"))
                var status = stat()
                try #require(stat(file, &status) == 0)
                #expect(status.st_uid == 1234 && status.st_gid == 1234)
                #expect(status.st_mode & 0o7777 == after, "\(file): \(String(status.st_mode, radix: 8))")
            }
        }
    }

    /// An access control list as Linux keeps it (linux/posix_acl_xattr.h): the rights of the owner, the account 4321,
    /// the group, the most rights of both, and none of all others.
    private static func accessList(owner: UInt8, account: UInt8, group: UInt8) -> [UInt8] {
        var list: [UInt8] = [2, 0, 0, 0]
        for (tag, rights) in [(1, owner), (2, account), (4, group), (0x10, account), (0x20, 0)] as [(UInt8, UInt8)] {
            list += [tag, 0, rights, 0] + (tag == 2 ? [0xE1, 0x10, 0, 0] : [255, 255, 255, 255])
        }
        return list
    }

    /// The bits of the group are then the most that the list gives to anybody, and those of the group itself are in it.
    @Test func keepsTheAccessControlList() throws {
        try fixture.run("a.csv")
        // One more account may read it, its group may not.
        let list = Self.accessList(owner: 6, account: 4, group: 0)
        let name = "system.posix_acl_access"
        // Not all file systems have such lists.
        guard setxattr(fixture.database, name, list, list.count, 0) == 0 else { return }
        #expect(try mode("birds.db") == 0o640)
        let report = try fixture.run("a.csv")
        var found = [UInt8](repeating: 0, count: 1000)
        let count = getxattr(fixture.database, name, &found, found.count)
        #expect(Array(found.prefix(max(0, count))) == list)
        #expect(try mode("birds.db") == 0o640)
        #expect(report.lostAccess == [])
    }

    /// A folder may have a list for the files that are made in it.
    @Test func takesNoAccessControlListOfTheFolder() throws {
        try fixture.run("a.csv")
        chmod(fixture.database, 0o640)
        let list = Self.accessList(owner: 7, account: 7, group: 7)
        guard setxattr(fixture.folder, "system.posix_acl_default", list, list.count, 0) == 0 else { return }
        try fixture.run("a.csv")
        #expect(try mode("birds.db") == 0o640)
        var found = [UInt8](repeating: 0, count: 1000)
        #expect(getxattr(fixture.database, "system.posix_acl_access", &found, found.count) < 0)
    }

    @Test func aNewDatabaseIsForItsOwnerOnly() throws {
        let mask = umask(0)
        defer { umask(mask) }
        try fixture.run("a.csv")
        #expect(try mode("birds.db") == 0o600)
    }

    private func mode(_ name: String) throws -> mode_t {
        var status = stat()
        try #require(lstat(fixture.path(name), &status) == 0)
        return status.st_mode & 0o7777
    }

    /// The owner of a folder decides which file has which name in it.
    @Test(.enabled(if: geteuid() == 0)) func rootChangesNothingInAFolderOfAnotherAccount() throws {
        try fixture.run("a.csv")
        let before = fixture.bytes("birds.db")
        chown(fixture.folder, 1234, 5678)
        let kind = ChangeError.Kind.notByRoot(.account(owner: 1234, group: 5678))
        let refusals = [
            #expect(throws: ChangeError.self) { try fixture.run("a.csv") },
            #expect(throws: ChangeError.self) { try fixture.run("a.csv") { $0.dryRun = true } },
            #expect(throws: ChangeError.self) { try DataSets.remove(name: "a", path: fixture.database) },
        ]
        #expect(refusals.allSatisfy { $0?.kind == kind })
        #expect(fixture.names == ["a.csv", "birds.db"] && fixture.bytes("birds.db") == before)
        chown(fixture.folder, 0, 0)
        // Everybody may make files there, such as this one.
        chmod(fixture.folder, 0o1777)
        chown(fixture.database, 1234, 5678)
        let refusal = #expect(throws: ChangeError.self) { try fixture.run("a.csv") }
        #expect(refusal?.kind == kind)
        #expect(fixture.bytes("birds.db") == before)
        chown(fixture.database, 0, 0)
        try fixture.run("a.csv")
    }

    /// SQLite opens a file by its name, and whoever may write to the folder may have given it to another file by then.
    @Test func neverWritesToAFileThatTookTheNameOfTheNewOne() throws {
        let other = fixture.write("other", "")
        let folder = try Folder(path: fixture.folder)
        let new = try NewFile("new", in: folder)
        #expect(new.opening {} == nil)
        // Another connection to the file, such as that to its exact edition, makes no difference.
        let first = try new.database()
        _ = try new.database(at: 8192)
        unlink(fixture.path("new"))
        link(other, fixture.path("new"))
        let refusal = StoreError.unusable(path: new.path, reason: "it was replaced by another program; try again")
        for offset: Int64 in [0, 8192] { #expect(throws: refusal) { try new.database(at: offset) } }
        withExtendedLifetime(first) {}
        #expect(throws: ChangeError.self) { try new.publish(as: "b", like: nil) }
        #expect(fixture.names == ["a.csv", "new", "other"] && fixture.text("other").isEmpty)
        unlink(fixture.path("new"))
        symlink(other, fixture.path("new"))
        #expect(throws: StoreError.self) { try new.database() }
    }

    /// SQLite plays a journal that is beside a file into it, and then deletes the file that the journal names.
    @Test(arguments: [Database.Mode.readWrite, .withoutJournal(offset: 0)])
    func aJournalThatSomebodyPutThereDoesNothing(mode: Database.Mode) throws {
        try fixture.run("a.csv")
        let path = fixture.database
        let before = fixture.bytes("birds.db")
        var journal: [UInt8] = []
        do {
            let writer = try Database(path: path, mode: .readWrite)
            try writer.execute("PRAGMA cache_size = 1; BEGIN; UPDATE observation SET num = 7")
            try writer.execute("CREATE TABLE t AS SELECT zeroblob(100000)")
            journal = fixture.bytes("birds.db-journal")
            try writer.execute("ROLLBACK")
        }
        fixture.write("birds.db", before)
        // As https://www.sqlite.org/fileformat2.html leaves it to `readSuperJournal` in SQLite's pager.c.
        let victim = fixture.write("victim", "of great value")
        func big(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }
        let sum = victim.utf8.reduce(UInt32(0)) { $0 &+ UInt32($1) }
        let magic: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
        try #require(journal.starts(with: magic))
        let count = UInt32(victim.utf8.count)
        fixture.write(
            "birds.db-journal",
            journal + big(0x4000_0000 / 8192 + 1) + Array(victim.utf8) + big(count) + big(sum) + magic)
        let database = try Database(path: path, mode: mode)
        #expect(try database.integer("SELECT count(*) FROM observation") == 1)
        // So it must not be looked for.
        #expect(fixture.names.contains("victim") == (mode != .readWrite))
    }

    /// A copy of the file would lack the changes in its log.
    @Test func refusesAFileWithChangesInALog() throws {
        try fixture.run("a.csv")
        let other = try Database(path: fixture.database, mode: .readWrite)
        try other.execute("PRAGMA journal_mode = WAL; UPDATE observation SET num = 7")
        // As long as the program runs, it can write at any time.
        try check("another program has it open", fixture)
        withExtendedLifetime(other) {}
        // After it was killed.
        let killed = try ImportFixture()
        killed.write("birds.db", fixture.bytes("birds.db"))
        killed.write("birds.db-wal", fixture.bytes("birds.db-wal"))
        killed.write("a.csv", fixture.text("a.csv"))
        try check("birds.db-wal holds changes that are not yet in the database", killed)
        #expect(try Database(path: killed.database, mode: .readWrite).integer("SELECT num FROM observation") == 7)
        try killed.run("a.csv") { $0.append = true }
        #expect(try killed.rows("SELECT num FROM observation ORDER BY id") == ["7", "1"])
    }

    /// What can't be read may hold changes.
    @Test(arguments: ["-wal", "-journal"]) func refusesALogThatCannotBeRead(suffix: String) throws {
        try fixture.run("a.csv")
        #expect(symlink(fixture.path("a.csv"), fixture.path("birds.db\(suffix)")) == 0)
        try check("birds.db\(suffix) can't be read: ", fixture)
    }

    private func check(_ sentence: String, _ fixture: ImportFixture) throws {
        let refusal = #expect(throws: ChangeError.self) { try fixture.run("a.csv") { $0.append = true } }
        #expect(refusal?.message.contains(sentence) == true)
        #expect(!fixture.names.contains("birds.db.new"))
    }

    /// In all journal modes: changes that the program writes to the old file after the copy would be lost.
    @Test(arguments: ["DELETE", "MEMORY", "PERSIST", "TRUNCATE"]) func refusesAFileThatAnotherProgramIsChanging(
        mode: String
    ) throws {
        try fixture.run("a.csv")
        let other = try Database(path: fixture.database, mode: .readWrite)
        try other.execute("PRAGMA journal_mode = \(mode); BEGIN; UPDATE observation SET num = 7")
        try check("another program has it open", fixture)
        try other.execute("COMMIT")
        try fixture.run("a.csv") { $0.append = true }
        #expect(try fixture.rows("SELECT num FROM observation ORDER BY id") == ["7", "1"])
    }

    /// In WAL mode a program writes to a log beside the file, and needs no write lock on the file for that.
    @Test func noOtherProgramCanOpenAFileInWALModeDuringAChange() throws {
        try fixture.run("a.csv")
        try Database(path: fixture.database, mode: .readWrite).execute("PRAGMA journal_mode = WAL")
        let path = fixture.database
        try change { (_) throws(StoreError) in
            do throws(StoreError) {
                try Database(path: path, mode: .readWrite).execute("UPDATE observation SET num = 7")
                Issue.record("it was written")
            } catch {
                #expect("\(error)".contains("database is locked"))
            }
        }
        #expect(try fixture.rows("SELECT num FROM observation") == ["1"])
        #expect(try fixture.isSound())
    }

    /// In WAL mode it would write to a log with the name of the new file's log.
    @Test(arguments: ["SELECT 1", "BEGIN"]) func aConnectionToTheOldFileWritesNothingBesideTheNewOne(
        before: String
    ) throws {
        try fixture.run("a.csv")
        let other = try Database(path: fixture.database, mode: .readWrite)
        try other.execute("PRAGMA journal_mode = WAL; \(before)")
        try fixture.run("a.csv") { $0.append = true }
        #expect(throws: StoreError.self) { try other.execute("UPDATE observation SET num = 7") }
        #expect(!fixture.names.contains("birds.db-wal"))
        #expect(try fixture.rows("SELECT num FROM observation") == ["1", "1"])
        #expect(try fixture.isSound())
    }

    @Test func aFileThatIsMovedThereDuringTheChangeStays() throws {
        try fixture.run("a.csv")
        try Database(path: fixture.database, mode: .readWrite).execute("VACUUM INTO '\(fixture.path("other.db"))'")
        let (path, other) = (fixture.database, fixture.path("other.db"))
        let bytes = fixture.bytes("other.db")
        for isThere in [true, false] {
            let refusal = #expect(throws: ChangeError.self) {
                try change { (database) throws(StoreError) in
                    if isThere { rename(other, path) } else { rename(path, other) }
                }
            }
            #expect(refusal?.message.contains("was replaced by another program in the meantime") == true)
            #expect(fixture.bytes(isThere ? "birds.db" : "other.db") == bytes)
        }
        #expect(throws: ChangeError.self) {
            try change { (_) throws(StoreError) in rename(other, path) }
        }
        #expect(fixture.bytes("birds.db") == bytes)
    }

    @Test func noOtherProgramCanWriteDuringAChange() throws {
        try fixture.run("a.csv")
        let path = fixture.database
        let other = try Database(path: path, mode: .readWrite)
        #expect(try other.integer("SELECT num FROM observation") == 1)
        try change { (_) throws(StoreError) in
            do throws(StoreError) {
                try other.execute("UPDATE observation SET num = 7")
                Issue.record("it was written")
            } catch {
                #expect("\(error)".contains("database is locked"))
            }
            // Reading is still possible.
            #expect(try other.integer("SELECT num FROM observation") == 1)
        }
        #expect(try fixture.rows("SELECT num FROM observation") == ["1"])
    }

    @Test func refusesAFileThatAKilledProgramLeftHalfChanged() throws {
        try fixture.run("a.csv")
        let magic: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
        fixture.write("birds.db-journal", magic + [UInt8](repeating: 0, count: 1024))
        #expect(throws: ChangeError.self) { try fixture.run("a.csv") }
        // A journal that is kept but not in use.
        fixture.write("birds.db-journal", [UInt8](repeating: 0, count: 1024))
        try fixture.run("a.csv")
    }

    /// SQLite would apply it to the new database, and a server could not open that.
    @Test func refusesToMakeADatabaseBesideTheJournalOfAnother() throws {
        let magic: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
        fixture.write("birds.db-journal", magic + [UInt8](repeating: 0, count: 1024))
        #expect {
            try fixture.run("a.csv")
        } throws: { error in
            (error as? ChangeError)?.message.contains("birds.db-journal is left over from another database") ?? false
        }
        #expect(!fixture.names.contains("birds.db"))
        // What the refusal advises.
        #expect(unlink(fixture.path("birds.db-journal")) == 0)
        try fixture.run("a.csv")
    }

    /// `Last-Modified` has a resolution of a second. With equal times, a client with one generation would miss the
    /// next.
    @Test func generationsHaveDifferentTimes() throws {
        var times: [Int64] = []
        for round in 0..<4 {
            try fixture.run("a.csv") { $0.dataset = "set\(round % 2)" }
            times.append(try ObservationStore(path: fixture.database).generation.publishedAt)
        }
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
        let database = try Database(path: fixture.database, mode: .readWrite)
        for stored in ["no time", "9999-12-31T23:59:59Z"] {
            try database.execute("UPDATE generation SET published_at = '\(stored)'")
            _ = try PublishedGeneration.renew(in: database)
            #expect(try PublishedGeneration(database, path: fixture.database).publishedAt >= times[0])
        }
    }

    @Test func noGenerationIsAheadOfTheClock() throws {
        for _ in 0..<3 {
            try fixture.run("a.csv") { $0.waitsForClock = true }
            #expect(try ObservationStore(path: fixture.database).generation.publishedAt <= Int64(time(nil)))
        }
        try DataSets.remove(name: "a", path: fixture.database, waitsForClock: true)
        #expect(try ObservationStore(path: fixture.database).generation.publishedAt <= Int64(time(nil)))
    }

    @Test func followsASymbolicLink() throws {
        symlink(fixture.path("real.db"), fixture.database)
        #expect(throws: ChangeError.self) { try fixture.run("a.csv") }
        unlink(fixture.database)
        try fixture.run("a.csv")
        rename(fixture.database, fixture.path("real.db"))
        symlink(fixture.path("real.db"), fixture.database)
        fixture.write("b.csv", plainHeader + "L0,,,,2021,2,3,a,1\n")
        try fixture.run("b.csv")
        #expect(try fixture.records().count == 2)
        #expect(isLink)
    }

    private var isLink: Bool {
        var status = stat()
        return lstat(fixture.database, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }
}
