import Glibc
import Testing

@testable import Birds

/// `rookery import` and `rookery datasets` with the real program: statuses, refusals, and whatever may end it.
@Suite(.serialized) struct ImportCommandTests {
    private let process: ImportProcess

    init() throws { process = try ImportProcess() }

    private static let header = "loc_id,latitude,longitude,region,year,month,day,species_id,num\n"

    /// A plain file whose every count is `num`.
    private static func plain(_ rows: Int, num: Int) -> String {
        header
            + (0..<rows).map { row in
                "L\(row * 7919 % 500),60.5,-135.25,CA-YT,\(2000 + row % 20),\(row % 12 + 1),\(row % 28 + 1),s\(row % 90),\(num)\n"
            }.joined()
    }

    /// How many records have which count, after a check that the file is whole.
    private func records() throws -> [Int: Int] {
        let database = try Database(path: process.database, mode: .readOnly)
        try #require(try database.text("PRAGMA integrity_check") == "ok")
        let select = try database.prepare("SELECT num, count(*) FROM observation GROUP BY num")
        var records: [Int: Int] = [:]
        while try select.step() { records[Int(select.int64(0))] = Int(select.int64(1)) }
        let counted = try database.integer("SELECT total(records) FROM dataset")
        try #require(counted == Int64(records.values.reduce(0, +)))
        return records
    }

    @Test func saysWhatHappenedByItsStatus() throws {
        process.write("good.csv", Self.plain(3, num: 1))
        process.write("bad.csv", Self.plain(2, num: 1) + Self.plain(1, num: -1).dropFirst(Self.header.count))
        process.write("none.csv", "")
        let (database, good, bad) = (process.database, process.path("good.csv"), process.path("bad.csv"))
        let first = try process.rookery("import", good, "--database", database)
        #expect(first.status == 0)
        #expect(first.output.contains("Stored: 3 records on 3 checklists"))
        #expect(first.errors == "")

        let refused = try process.rookery("import", bad, "--database", database)
        #expect(refused.status == 1)
        #expect(refused.output.contains("bad.csv, line 4, column num: -1 is negative"))
        #expect(try process.rookery("import", bad, "--database", database, "--skip-errors").status == 0)
        let variables = ["ROOKERY_DATABASE=\(database)", "ROOKERY_SKIP_ERRORS=yes", "ROOKERY_DATASET=good"]
        let replaced = try process.rookery("import", bad, environment: variables)
        #expect(replaced.status == 0)
        #expect(replaced.output.contains("replacing 3 records"))

        let empty = try process.rookery("import", process.path("none.csv"), "--database", database)
        #expect(empty.status == 2)
        #expect(empty.errors == "rookery: \(process.path("none.csv")) is empty.\n")
        #expect(try process.rookery("import", "/nowhere", "--database", database).status == 2)
        #expect(try process.rookery("import").status == 2)
        #expect(try process.rookery("import", good, "--no-such-option").status == 2)
        let perhaps = try process.rookery("import", good, environment: ["ROOKERY_APPEND=perhaps"])
        #expect(perhaps.status == 2)
        #expect(perhaps.errors == "rookery: The environment variable ROOKERY_APPEND is neither 'yes' nor 'no'.\n")
        #expect(try process.rookery("import", good, "--database", "/nowhere/birds.db").status == 2)
        #expect(try process.rookery("import", good, "--database", "/proc/birds.db").status == 2)

        let list = try process.rookery("datasets", "list", "--database", database)
        #expect(list.status == 0 && list.output.split(separator: "\n").count == 3)
        let unknown = try process.rookery("datasets", "remove", "goood", "--database", database)
        #expect(unknown.status == 2)
        #expect(unknown.errors == "rookery: There is no data set 'goood'; the nearest name is 'good'.\n")
        #expect(try process.rookery("datasets", "remove", "good", "--database", database).status == 0)
        #expect(try records() == [1: 2])
    }

    @Test func namesTheVariableOfEveryOption() throws {
        for command in [["import"], ["datasets", "list"], ["datasets", "remove"]] {
            let help = try process.run(program: ImportProcess.program, command + ["--help"])
            #expect(help.status == 0)
            // Long help is folded over several lines.
            let text = help.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            for word in text.split(separator: " ")
            where word.hasPrefix("--") && !["--help", "--version"].contains(word) {
                let name = word.dropFirst(2).prefix { $0.isLowercase || $0 == "-" }
                let variable = "ROOKERY_" + String(name.map { $0 == "-" ? "_" : $0 }).uppercased()
                #expect(text.contains("environment: \(variable))"), "\(command) \(word)")
            }
        }
    }

    /// Each round imports the other of two files over the data set, and is killed at some moment of it or none.
    @Test func leavesTheOldOrTheNewStateWhenKilled() throws {
        let counts = [1: 6000, 2: 7000]
        for (num, rows) in counts { process.write("\(num).csv", Self.plain(rows, num: num)) }
        let began = Self.microseconds()
        let first = try process.rookery(
            "import", process.path("1.csv"), "--dataset", "birds", "--database", process.database)
        try #require(first.status == 0, "\(first.errors)")
        let length = Self.microseconds() - began
        var random = SystemRandomNumberGenerator()
        var current = 1
        var ends: Set<Bool> = []
        for round in 0..<40 {
            let other = 3 - current
            let child = try process.spawn(
                ImportProcess.program,
                ["import", process.path("\(other).csv"), "--dataset", "birds", "--database", process.database])
            usleep(UInt32(Double(length) * 1.2 * (Double(round) + Double.random(in: 0..<1, using: &random)) / 40))
            kill(child, SIGKILL)
            let status = try ImportProcess.wait(for: child)
            ends.insert(status == nil)
            let found = try records()
            if status == 0 {
                try #require(found == [other: counts[other]], "round \(round)")
            } else {
                try #require(found == [other: counts[other]] || found == [current: counts[current]], "round \(round)")
            }
            current = found.keys.first ?? current
        }
        #expect(ends.contains(true), "no import was killed")
        let last = try process.rookery(
            "import", process.path("1.csv"), "--dataset", "birds", "--database", process.database)
        #expect(last.status == 0)
        let names = try process.run(program: "/bin/ls", [process.folder]).output
        #expect(names == "1.csv\n2.csv\nbirds.db\nbirds.db.lock\nerrors\noutput\n")
    }

    @Test func refusesASecondImportAtTheSameTime() throws {
        process.write("a.csv", Self.plain(10, num: 1))
        // Whoever holds the lock is changing the database.
        let lock = open(process.path("birds.db.lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(lock) }
        try #require(flock(lock, LOCK_EX | LOCK_NB) == 0)
        let second = try process.rookery("import", process.path("a.csv"), "--database", process.database)
        #expect(second.status == 2)
        #expect(
            second.errors
                == "rookery: \(process.database) can't be changed now: another import is under way. Try again when it has ended.\n"
        )
        flock(lock, LOCK_UN)
        #expect(try process.rookery("import", process.path("a.csv"), "--database", process.database).status == 0)
    }

    /// A limit on the size of files stands in for a full disk, wherever the tests run.
    @Test func leavesTheDatabaseAsItWasWhereItMayNotGrow() throws {
        process.write("small.csv", Self.plain(50, num: 1))
        process.write("large.csv", Self.plain(20_000, num: 2))
        #expect(try process.rookery("import", process.path("small.csv"), "--database", process.database).status == 0)
        let before = try process.run(program: "/usr/bin/cksum", [process.database]).output
        // In blocks of 512 bytes.
        let limited = "ulimit -f 400; exec \"$@\""
        let failed = try process.run(
            program: "/bin/sh",
            [
                "-c", limited, "sh", ImportProcess.program, "import", process.path("large.csv"), "--database",
                process.database,
            ])
        #expect(failed.status == 1)
        #expect(failed.errors.hasSuffix("; nothing was changed.\n"), "\(failed.errors)")
        #expect(try process.run(program: "/usr/bin/cksum", [process.database]).output == before)
        #expect(try process.run(program: "/bin/ls", [process.folder]).output.contains("birds.db.new") == false)
    }

    /// A small file system in memory, where the tests may mount one.
    @Test func leavesTheDatabaseAsItWasOnAFullDisk() throws {
        let disk = process.path("disk")
        mkdir(disk, 0o700)
        guard geteuid() == 0,
            try process.run(program: "/bin/mount", ["-t", "tmpfs", "-o", "size=800k", "none", disk]).status == 0
        else { return }
        defer { _ = try? process.run(program: "/bin/umount", [disk]) }
        process.write("small.csv", Self.plain(50, num: 1))
        process.write("large.csv", Self.plain(20_000, num: 2))
        let database = process.path("disk/birds.db")
        #expect(try process.rookery("import", process.path("small.csv"), "--database", database).status == 0)
        let before = try process.run(program: "/usr/bin/cksum", [database]).output
        let failed = try process.rookery("import", process.path("large.csv"), "--database", database)
        #expect(failed.status == 1)
        #expect(
            failed.errors == "rookery: There is no room left on the disk for \(database); nothing was changed.\n")
        #expect(try process.run(program: "/usr/bin/cksum", [database]).output == before)
        #expect(try process.run(program: "/bin/ls", [disk]).output == "birds.db\nbirds.db.lock\n")
    }

    private static func microseconds() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
    }
}
