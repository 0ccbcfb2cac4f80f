import FileSystem
import Glibc
import Testing

@testable import BirdImport
@testable import Fixtures

/// The file of `--rejects`; `--report` has the same rules.
@Suite struct ResultFileTests {
    private let fixture: ImportFixture
    private let rejected = "file,line,column,reason,row,header,read_as\r\n"

    init() throws {
        fixture = try ImportFixture()
        fixture.write("good.csv", plainHeader + "L0,,,,2021,2,3,a,1\n")
        fixture.write("bad.csv", plainHeader + "L0,,,,2021,2,30,a,1\n")
        fixture.write("other.csv", "no records\n")
    }

    private func run(_ file: String, to rejects: String = "rejects.csv") throws(ChangeError) {
        try fixture.run(file) { $0.rejects = fixture.path(rejects) }
    }

    @Test func anImportThatIsRefusedLeavesAnEarlierFile() throws {
        fixture.write("rejects.csv", "of an earlier import")
        #expect(throws: ChangeError.self) { try run("other.csv") }
        #expect(throws: ChangeError.self) { try run("none.csv") }
        #expect(fixture.text("rejects.csv") == "of an earlier import")
        unlink(fixture.path("rejects.csv"))
        #expect(throws: ChangeError.self) { try run("other.csv") }
        #expect(fixture.names == ["bad.csv", "good.csv", "other.csv"])
        try run("bad.csv")
        #expect(fixture.text("rejects.csv").hasPrefix(rejected + "\(fixture.path("bad.csv")),2,day,there is no day 30"))
        try run("good.csv")
        #expect(fixture.text("rejects.csv") == rejected)
        #expect(fixture.names == ["bad.csv", "birds.db", "good.csv", "other.csv", "rejects.csv"])
    }

    /// Only in /dev are these the names of descriptors.
    @Test(arguments: ["stdout", "stderr", "fd", "1"]) func mayHaveTheNameOfADescriptor(name: String) throws {
        try run("bad.csv", to: name)
        #expect(fixture.text(name).hasPrefix(rejected))
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
            let refusal = #expect(throws: ChangeError.self) { try run("bad.csv", to: name) }
            #expect(
                refusal?.kind == .refused && refusal?.message.contains(reason) == true,
                "\(name): \(refusal?.message ?? "")")
        }
        #expect(fixture.text("of others") == "theirs" && !fixture.names.contains("nowhere"))
        #expect(fixture.text("bad.csv") == plainHeader + "L0,,,,2021,2,30,a,1\n")
    }

    /// The records are stored before the files are written, so that an import that is killed leaves nothing of them.
    @Test func anImportIsCompleteIfTheyCanNotBeWritten() throws {
        mkdir(fixture.path("folder"), 0o700)
        var options = ImportOptions(files: [fixture.path("good.csv")], database: fixture.database)
        (options.rejects, options.report) = (fixture.path("folder/rejects.csv"), fixture.path("report.json"))
        let report = try Importer.run(options) { _ in rmdir(fixture.path("folder")) }
        let sentence =
            "\(fixture.path("folder/rejects.csv")) can't be written: No such file or directory. The records were stored "
            + "all the same."
        #expect(report.unwritten == [sentence] && report.isStored)
        #expect(try fixture.records().count == 1)
        let json = fixture.text("report.json")
        #expect(json.contains("\"stored\":true") && json.contains("\"unwritten\":[\"\(sentence)\"]"), "\(json)")
        options.report = "/dev/full"
        options.rejects = nil
        #expect(
            try Importer.run(options).unwritten == [
                "There is no room left on the disk for /dev/full. The records were stored all the same."
            ])
        options.files = [fixture.path("bad.csv")]
        #expect(try Importer.run(options).unwritten == ["There is no room left on the disk for /dev/full."])
    }

    /// The report of an earlier import would look like the one of this import.
    @Test func theReportOfARefusedImportHasTheError() throws {
        var options = ImportOptions(files: [fixture.path("good.csv")], database: fixture.database)
        options.report = fixture.path("report.json")
        _ = try Importer.run(options)
        #expect(fixture.text("report.json").contains("\"error\":null"))
        for (file, format) in [("other.csv", nil), ("none.csv", nil), ("good.csv", "birds")] as [(String, String?)] {
            (options.files, options.format) = ([fixture.path(file)], format)
            let refusal = try #require(throws: ChangeError.self) { try Importer.run(options) }
            let json = fixture.text("report.json")
            #expect(json.contains("\"stored\":false") && json.contains("\"error\":{\"status\":2,\"message\":\""))
            #expect(json.contains(refusal.message.prefix(40)), "\(json)")
        }
        // Another import holds the lock.
        let lock = open(fixture.database + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(lock) }
        try #require(flock(lock, LOCK_EX | LOCK_NB) == 0)
        options.format = nil
        #expect(throws: ChangeError.self) { try Importer.run(options) }
        #expect(fixture.text("report.json").contains("another import is under way"))
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
            let refusal = #expect(throws: ChangeError.self) {
                try fixture.run("bad.csv") { $0.rejects = "/dev/fd/\(number)" }
            }
            #expect(refusal?.kind == .refused && refusal?.message.contains(reason) == true, "\(refusal?.message ?? "")")
        }
        #expect(fixture.text("other.csv") == "no records\n")
    }

    /// It would wait for a reader, with the lock of the database.
    @Test(.timeLimit(.minutes(1))) func refusesAPipeThatNothingReads() throws {
        mkfifo(fixture.path("pipe"), 0o600)
        for option in ["--rejects", "--report"] {
            let refusal = #expect(throws: ChangeError.self) {
                try fixture.run("good.csv") {
                    if option == "--rejects" {
                        $0.rejects = fixture.path("pipe")
                    } else {
                        $0.report = fixture.path("pipe")
                    }
                }
            }
            #expect(
                refusal
                    == .refused(
                        "\(fixture.path("pipe")) is a pipe that no program reads; start its reader first, or give the path "
                            + "of a file with \(option)."))
        }
        #expect(!fixture.names.contains("birds.db"))
    }

    /// A reader that takes its time keeps no other import waiting.
    @Test(.timeLimit(.minutes(1))) func letsOthersImportWhileAPipeIsRead() async throws {
        mkfifo(fixture.path("pipe"), 0o600)
        let reader = open(fixture.path("pipe"), O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        // More than a pipe holds.
        let bad = (0..<5000).map { "L\($0),,,,2021,2,30,a,1\n" }
        fixture.write("many.csv", plainHeader + "L0,,,,2021,2,3,a,1\n" + bad.joined())
        var options = ImportOptions(files: [fixture.path("many.csv")], database: fixture.database)
        (options.rejects, options.skipErrors) = (fixture.path("pipe"), true)
        async let first = Task.detached { [options] in try Importer.run(options).stored }.value
        while !fixture.names.contains("birds.db") || fixture.names.contains("birds.db.lock") {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(try fixture.run("good.csv").stored == 1)
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        var lines = 0
        while lines < 5001 {
            var event = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
            guard poll(&event, 1, -1) == 1 else { continue }
            let count = read(reader, &bytes, bytes.count)
            if count == 0 { break }
            lines += bytes.prefix(max(0, count)).count { $0 == 0x0A }
        }
        #expect(lines == 5001)
        #expect(try await first == 1)
    }

    /// The name of a pipe may lead elsewhere by the time that the records are stored.
    @Test func writesToNothingThatTookTheNameOfAPipe() throws {
        mkfifo(fixture.path("pipe"), 0o600)
        fixture.write("of others", "theirs")
        let (pipe, other) = (fixture.path("pipe"), fixture.path("of others"))
        let reader = open(pipe, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        let file = try ResultFile(path: pipe, option: "--rejects", database: fixture.database, others: [])
        unlink(pipe)
        link(other, pipe)
        _ = try file.write(Array(rejected.utf8))
        var bytes = [UInt8](repeating: 0, count: 100)
        #expect(read(reader, &bytes, bytes.count) == rejected.utf8.count)
        #expect(fixture.text("of others") == "theirs")
    }
}
