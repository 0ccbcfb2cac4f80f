import Glibc
import Testing

@testable import BirdImport
@testable import Fixtures

/// The file of `--rejects`; `--report` has the same rules.
@Suite struct ResultFileTests {
    private let fixture: ImportFixture
    private let rejected = "file,line,column,reason,row\r\n"

    init() throws {
        fixture = try ImportFixture()
        fixture.write("good.csv", plainHeader + "L0,,,,2021,2,3,a,1\n")
        fixture.write("bad.csv", plainHeader + "L0,,,,2021,2,30,a,1\n")
        fixture.write("other.csv", "no records\n")
    }

    private func run(_ file: String, to rejects: String = "rejects.csv") throws(ImportError) {
        try fixture.run(file) { $0.rejects = fixture.path(rejects) }
    }

    @Test func anImportThatIsRefusedLeavesAnEarlierFile() throws {
        fixture.write("rejects.csv", "of an earlier import")
        #expect(throws: ImportError.self) { try run("other.csv") }
        #expect(throws: ImportError.self) { try run("none.csv") }
        #expect(fixture.text("rejects.csv") == "of an earlier import")
        unlink(fixture.path("rejects.csv"))
        #expect(throws: ImportError.self) { try run("other.csv") }
        #expect(fixture.names == ["bad.csv", "good.csv", "other.csv"])
        try run("bad.csv")
        #expect(fixture.text("rejects.csv").hasPrefix(rejected + "\(fixture.path("bad.csv")),2,day,there is no day 30"))
        try run("good.csv")
        #expect(fixture.text("rejects.csv") == rejected)
        #expect(fixture.names == ["bad.csv", "birds.db", "good.csv", "other.csv", "rejects.csv"])
    }

    @Test func isForItsOwnerOnlyUnlessItWasForOthers() throws {
        try run("bad.csv")
        #expect(mode("rejects.csv") == 0o600)
        chmod(fixture.path("rejects.csv"), 0o664)
        link(fixture.path("rejects.csv"), fixture.path("same"))
        try run("good.csv")
        #expect(mode("rejects.csv") == 0o664)
        // It is another file.
        #expect(fixture.text("same") != rejected)
    }

    private func mode(_ name: String) -> mode_t {
        var status = stat()
        stat(fixture.path(name), &status)
        return status.st_mode & 0o7777
    }

    @Test func isNoLinkNorFolderNorFileOfTheImport() throws {
        fixture.write("of others", "theirs")
        symlink("of others", fixture.path("link"))
        symlink("nowhere", fixture.path("dangling"))
        link(fixture.path("bad.csv"), fixture.path("same"))
        try fixture.run("good.csv")
        symlink(fixture.database, fixture.path("database"))
        let wrong = [
            "link": "is a link", "dangling": "is a link", "database": "is a link", "same": "is a file of the import",
            "bad.csv": "is a file of the import", "birds.db": "is a file of the import",
            "birds.db.new": "is a file of the import", "birds.db.lock": "is a file of the import",
            ".": "is not the path",
            "none/a": "can't be opened", "birds.db/a": "can't be opened",
        ]
        for (name, reason) in wrong {
            let refusal = #expect(throws: ImportError.self) { try run("bad.csv", to: name) }
            #expect(
                refusal?.kind == .refused && refusal?.message.contains(reason) == true,
                "\(name): \(refusal?.message ?? "")")
        }
        #expect(fixture.text("of others") == "theirs" && !fixture.names.contains("nowhere"))
        #expect(fixture.text("bad.csv") == plainHeader + "L0,,,,2021,2,30,a,1\n")
    }

    /// The records are stored before the file is written, so that an import that is killed leaves nothing of it.
    @Test func anImportIsCompleteIfItCanNotBeWritten() throws {
        mkdir(fixture.path("folder"), 0o700)
        var options = ImportOptions(files: [fixture.path("good.csv")], database: fixture.database)
        options.rejects = fixture.path("folder/rejects.csv")
        let failure = #expect(throws: ImportError.self) {
            try Importer.run(options) { _ in rmdir(fixture.path("folder")) }
        }
        #expect(
            failure == .failed("\(fixture.path("folder/rejects.csv")) can't be written. All else was done as asked."))
        #expect(try fixture.records().count == 1)
    }

    /// What reads from a pipe gets the rows; a device stays one.
    @Test func writesToAPipe() throws {
        mkfifo(fixture.path("pipe"), 0o600)
        let reader = open(fixture.path("pipe"), O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        try run("bad.csv", to: "pipe")
        var bytes = [UInt8](repeating: 0, count: 1000)
        let count = read(reader, &bytes, bytes.count)
        #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).hasPrefix(rejected))
        var status = stat()
        #expect(stat(fixture.path("pipe"), &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    }

    /// Descriptors that a shell has opened, such as those of `>(…)`, have names too. What they lead to is never
    /// replaced.
    @Test(arguments: ["/dev/fd", "/proc/self/fd", "/proc/\(getpid())/fd"])
    func writesToAnOpenDescriptor(folder: String) throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        try fixture.run("bad.csv") { $0.rejects = "\(folder)/\(ends[1])" }
        close(ends[1])
        var bytes = [UInt8](repeating: 0, count: 1000)
        let count = read(ends[0], &bytes, bytes.count)
        #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).hasPrefix(rejected))

        fixture.write("log", "a line before\n")
        let log = open(fixture.path("log"), O_WRONLY | O_APPEND)
        defer { close(log) }
        try fixture.run("good.csv") { $0.rejects = "\(folder)/\(log)" }
        #expect(fixture.text("log") == "a line before\n" + rejected)
    }

    @Test func writesToNoDescriptorOfItsOwnNorToOneThatIsNotOpenForWriting() throws {
        let reading = open(fixture.path("other.csv"), O_RDONLY)
        defer { close(reading) }
        let own = open(fixture.path("other.csv"), O_RDWR | O_CLOEXEC)
        defer { close(own) }
        try fixture.run("good.csv")
        let database = open(fixture.database, O_WRONLY | O_APPEND)
        defer { close(database) }
        for (number, reason) in [
            (reading, "is not open for writing"), (own, "is not open for writing"), (9999, "is not open for writing"),
            (database, "is a file of the import"),
        ] {
            let refusal = #expect(throws: ImportError.self) {
                try fixture.run("bad.csv") { $0.rejects = "/dev/fd/\(number)" }
            }
            #expect(refusal?.kind == .refused && refusal?.message.contains(reason) == true, "\(refusal?.message ?? "")")
        }
        #expect(fixture.text("other.csv") == "no records\n")
    }

    /// The name of a pipe may lead elsewhere by the time that the records are stored.
    @Test func writesToNothingThatTookTheNameOfAPipe() throws {
        mkfifo(fixture.path("pipe"), 0o600)
        fixture.write("of others", "theirs")
        let (pipe, other) = (fixture.path("pipe"), fixture.path("of others"))
        let failure = #expect(throws: ImportError.self) {
            let file = try ResultFile(path: pipe, option: "--rejects", database: fixture.database, others: [])
            unlink(pipe)
            link(other, pipe)
            _ = try file.write(Array(rejected.utf8), in: fixture.folder)
        }
        #expect(failure?.message.contains("replaced by another program") == true, "\(failure?.message ?? "")")
        #expect(fixture.text("of others") == "theirs")
    }
}
