import Birds
import Glibc
import Testing

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

    @Test func takesTheOrderOfDatesFromAnOptionOrItsVariable() throws {
        process.write("a.txt", "occurrenceID\tscientificName\teventDate\n1\tAvis ignota\t03/02/2021\n")
        let (file, database) = (process.path("a.txt"), process.database)
        func date() throws -> Int64? {
            try Database(path: database, mode: .readOnly).integer("SELECT date FROM observation")
        }
        let day = try process.rookery("import", file, "--database", database, "--date-order", "day-first")
        #expect(try day.status == 0 && date() == 20_210_203)
        let month = try process.rookery(
            "import", file, "--database", database, environment: ["ROOKERY_DATE_ORDER=month-first"])
        #expect(try month.status == 0 && date() == 20_210_302)
        let neither = try process.rookery("import", file, "--database", database, "--date-order", "year-first")
        #expect(neither.status == 2)
    }

    @Test func takesDateAndPlaceOfRecordingsFromOptionsOrTheirVariables() throws {
        process.write(
            "a.csv", "Start (s),End (s),Scientific name,Common name,Confidence\n0,3,Avis ignota,Odd Bird,0.7\n")
        let (file, database) = (process.path("a.csv"), process.database)
        func stored() throws -> String? {
            try Database(path: database, mode: .readOnly).text("SELECT code || ' ' || date FROM observation, location")
        }
        let given = try process.rookery(
            "import", file, "--database", database, "--date", "2021-02-03", "--latitude", "-33.5", "--longitude",
            "-70.5")
        #expect(try given.status == 0 && stored() == "-33.5,-70.5 20210203")
        let variables = ["ROOKERY_DATE=2021-02-04", "ROOKERY_LATITUDE=1", "ROOKERY_LONGITUDE=-2"]
        #expect(try process.rookery("import", file, "--database", database, environment: variables).status == 0)
        #expect(try stored() == "1.0,-2.0 20210204")
        #expect(try process.rookery("import", file, "--database", database, "--latitude", "north").status == 2)
    }

    /// The report of an earlier import would look like a success of this one.
    @Test(arguments: [
        (["--latitude", "north", "--longitude", "1"], [], "--latitude takes a number from -90 to 90."),
        ([], ["ROOKERY_LATITUDE=1", "ROOKERY_LONGITUDE=x"], "--longitude takes a number from -180 to 180."),
        (["--date-order", "year-first"], [], "--date-order takes day-first or month-first."),
        ([], ["ROOKERY_DATE_ORDER=x"], "--date-order takes day-first or month-first."),
        ([], ["ROOKERY_APPEND=maybe"], "The environment variable ROOKERY_APPEND is neither 'yes' nor 'no'."),
    ])
    func reportsOptionsThatMakeNoSense(options: [String], variables: [String], message: String) throws {
        process.write("a.csv", Self.header + "L1,,,,2021,2,1,stejay,3\n")
        process.write("report.json", "old")
        let arguments = ["import", process.path("a.csv"), "--database", process.database]
        let run = try process.run(
            program: ImportProcess.program, arguments + ["--report", process.path("report.json")] + options,
            environment: variables)
        #expect(run.status == 2 && run.errors.contains(message))
        #expect(process.text("report.json").contains(#""message":"\#(message)""#))
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

    /// What changes files, and what is said at the end. Not every machine has all of these.
    private static let calls =
        "flock,?unlink,?unlinkat,pwrite64,ftruncate,?fchown,fchmod,fsync,fdatasync,?rename,?renameat,?renameat2,write"

    /// Runs the import of a file over the data set under strace.
    private func trace(_ arguments: [String], import file: String) throws -> ImportProcess.Outcome {
        try process.run(
            program: "/usr/bin/env",
            ["strace", "--follow-forks", "--output", process.path("trace")] + arguments
                + [ImportProcess.program, "import", file, "--dataset", "birds", "--database", process.database])
    }

    /// An import is killed at calls of every kind, from its first to its last; the call at which it is killed is not
    /// done. The new state begins with the rename, to the call.
    @Test(.enabled(if: ImportProcess.canTrace, "strace can trace"))
    func leavesTheOldOrTheNewStateWhenKilled() throws {
        let (old, new) = ([1: 1000], [2: 1500])
        process.write("1.csv", Self.plain(1000, num: 1))
        process.write("2.csv", Self.plain(1500, num: 2))
        let (file, saved) = (process.path("2.csv"), process.path("saved.db"))
        let first = try process.rookery(
            "import", process.path("1.csv"), "--dataset", "birds", "--database", process.database)
        try #require(first.status == 0, "\(first.errors)")
        try #require(try process.run(program: "/bin/cp", [process.database, saved]).status == 0)

        let whole = try trace(["--trace=\(Self.calls)"], import: file)
        try #require(whole.status == 0, "\(whole.errors)")
        try #require(try records() == new)
        // Each line is a thread, and a call with its arguments. strace counts the calls of each name and thread.
        let lines = process.text("trace").split(separator: "\n").map { $0.split(separator: " ") }
        try #require(Set(lines.map(\.first)).count == 1, "an import has one thread")
        let names = lines.map { $0.dropFirst().first?.prefix { $0 != "(" } ?? "" }.filter { $0 != "+++" }
        let rename = try #require(names.firstIndex { $0.hasPrefix("rename") })
        try #require(names.first == "flock" && names.last == "write" && names.count { $0 == "fsync" } >= 2)

        // All calls, but for a few of the many that write.
        let writes = names.indices.filter { names[$0] == "pwrite64" }
        try #require(writes.count >= 8)
        let some = Set((0...7).map { writes[(writes.count - 1) * $0 / 7] })
        var found: Set<[Int: Int]> = []
        for index in names.indices where names[index] != "pwrite64" || some.contains(index) {
            let (name, count) = (names[index], names[...index].count { $0 == names[index] })
            // What an import that was killed left beside the database stays there for the next one.
            try #require(try process.run(program: "/bin/cp", [saved, process.database]).status == 0)
            let killed = try trace(
                ["--trace=\(name)", "--inject=\(name):signal=KILL:when=\(count)"], import: file)
            try #require(killed.status == nil, "\(name) \(count): \(killed.errors)")
            let state = try records()
            #expect(state == (index <= rename ? old : new), "killed at \(name) \(count)")
            found.insert(state)
        }
        #expect(found == [old, new])

        try #require(
            try process.rookery("import", file, "--dataset", "birds", "--database", process.database).status == 0)
        #expect(try records() == new)
        let left = try process.run(program: "/bin/ls", [process.folder]).output
        #expect(left == "1.csv\n2.csv\nbirds.db\nerrors\noutput\nsaved.db\ntrace\n")
    }

    /// Both editions are written to one new file; the other file that is made is the lock.
    @Test(.enabled(if: ImportProcess.canTrace, "strace can trace"))
    func aNewFileIsForItsOwnerFromItsFirstByte() throws {
        process.write("a.csv", Self.plain(10, num: 1))
        process.write("list.csv", "species,category\ns1,2\n")
        let traced = try process.run(
            program: "/bin/sh",
            [
                "-c", "umask 0; exec strace -f -o \"$0\" -e trace=open,openat,creat,chmod,fchmod,fchmodat \"$@\"",
                process.path("trace"), ImportProcess.program, "import", process.path("a.csv"), "--database",
                process.database, "--sensitive", process.path("list.csv"),
            ])
        try #require(traced.status == 0, "\(traced.errors)")
        let calls = process.text("trace").split(separator: "\n")
        let made = calls.filter { $0.contains("O_CREAT") }
        #expect(made.count == 2 && made.allSatisfy { $0.contains("O_NOFOLLOW|O_CLOEXEC, 0600)") }, "\(made)")
        #expect(made.contains { $0.contains("\"birds.db.new\", O_RDWR|O_CREAT|O_EXCL|") })
        #expect(!calls.contains { $0.contains("chmod") })
    }

    @Test(.enabled(if: geteuid() == 0)) func tellsRootTheLineThatWorks() throws {
        process.write("a.csv", Self.plain(10, num: 1))
        mkdir(process.path("it's theirs"), 0o700)
        let database = process.path("it's theirs/birds.db")
        for (owner, group) in [(1234, 5678), (1234, 0)] as [(uid_t, gid_t)] {
            chown(process.path("it's theirs"), owner, group)
            let refused = try process.rookery(
                "import", process.path("a.csv"), "--database", database, environment: ["ROOKERY_SOURCE=a walk"])
            let program =
                "\(ImportProcess.program) import \(process.path("a.csv")) --database "
                + "'\(process.folder)/it'\\''s theirs/birds.db'"
            #expect(refused.status == 2)
            #expect(
                refused.errors.hasPrefix(
                    "rookery: The folder \(process.folder)/it's theirs belongs to account number 1234, "
                        + "which could replace what root writes there; run this as that account.\n"
                        + "  sudo -u '#1234' --preserve-env=ROOKERY_SOURCE \(program)\n"
                        + "  setpriv --reuid=1234 --regid=\(group == 0 ? owner : group) --clear-groups \(program)   # ")
            )
        }
        let list = try process.run(program: "/bin/ls", ["-a", process.path("it's theirs")]).output
        #expect(list == ".\n..\n")
    }

    /// Another account that owns a folder on the way can put anything in the place of the folders in it.
    @Test(.enabled(if: geteuid() == 0)) func rootWritesWhereNobodyElseDecidesWhatIsThere() throws {
        process.write("a.csv", Self.plain(10, num: 1))
        for name in ["theirs", "theirs/ours", "open", "open/ours", "shared", "group", "sticky", "ours"] {
            mkdir(process.path(name), 0o755)
        }
        chown(process.path("theirs"), 1234, 1234)
        chmod(process.path("open"), 0o777)
        chmod(process.path("shared"), 0o777)
        chown(process.path("group"), 0, 1234)
        chmod(process.path("group"), 0o775)
        chmod(process.path("sticky"), 0o1777)
        symlink("theirs/ours", process.path("link"))
        symlink("../ours/birds.db", process.path("sticky/birds.db"))
        lchown(process.path("sticky/birds.db"), 1234, 1234)
        let program = "\(ImportProcess.program) import \(process.path("a.csv")) --database"
        func refusal(_ database: String, _ options: String...) throws -> String {
            let done = try process.run(
                program: ImportProcess.program,
                ["import", process.path("a.csv"), "--database", process.path(database)] + options)
            return done.status == 2 ? done.errors : "status \(done.status ?? -1)"
        }
        let (path, folder) = (process.path("theirs"), process.folder)
        for name in ["theirs/ours", "link"] {
            #expect(
                try refusal("\(name)/birds.db").hasPrefix(
                    "rookery: The folder \(path), in which \(path)/ours is, belongs to account number 1234, "
                        + "which could replace what root writes there; give the files to that account, and run this "
                        + "as that account.\n  chown -h 1234 \(path)/ours\n  sudo -u '#1234' \(program) "))
        }
        for (name, open) in [("open/ours", "open"), ("shared", "shared"), ("group", "group")] {
            #expect(
                try refusal("\(name)/birds.db").hasSuffix(
                    "let only the owners of files in it replace them, and try again.\n  chmod +t \(folder)/\(open)\n"))
            chmod(process.path(open), open == "group" ? 0o1775 : 0o1777)
            #expect(try refusal("\(name)/birds.db") == "status 0")
        }
        #expect(try refusal("sticky/own.db") == "status 0")
        #expect(try refusal("ours/birds.db") == "status 0")
        #expect(
            try refusal("sticky/birds.db").hasSuffix(
                "give the path that it leads to.\n  \(program) \(folder)/sticky/birds.db --database "
                    + "\(folder)/ours/birds.db\n"))
        // The database may be safe, and other files not.
        for option in ["--rejects", "--report"] {
            #expect(
                try refusal("ours/birds.db", option, "\(path)/ours/a.txt").hasSuffix(
                    " \(program) \(folder)/ours/birds.db \(option) \(path)/ours/a.txt \(option) \(folder)/ours/a.txt\n")
            )
        }
        process.write("sticky/theirs.csv", "")
        chown(process.path("sticky/theirs.csv"), 1234, 1234)
        #expect(try refusal("ours/birds.db", "--rejects", process.path("sticky/theirs.csv")).contains("--rejects"))
        #expect(process.text("sticky/theirs.csv") == "")
        #expect(
            try refusal("ours/birds.db", "--rejects", process.path("theirs/a"), "--rejects", process.path("ours/a"))
                == "status 0")
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

    /// The number of the first call with a text among all calls of this name in an import of `a.csv`, from 1.
    private func number(ofCall name: String, with text: String) throws -> Int {
        let traced = try trace(["--trace=\(name)"], import: process.path("a.csv"))
        try #require(traced.status == 0, "\(traced.errors)")
        let calls = process.text("trace").split(separator: "\n").filter { $0.contains("\(name)(") }
        unlink(process.database)
        unlink(process.path("trace"))
        return try #require(calls.firstIndex { $0.contains(text) }) + 1
    }

    /// An import that ends removes its lock. Another one may have opened that file, and not locked it yet.
    @Test(.enabled(if: ImportProcess.canTrace, "strace can trace"))
    func passesOverALockThatWasRemoved() throws {
        process.write("a.csv", Self.plain(10, num: 1))
        let (path, other) = (process.path("birds.db.lock"), process.path("other.lock"))
        let opening = try number(ofCall: "openat", with: "\"birds.db.lock\"")
        let strace = try process.spawn(
            "/usr/bin/env",
            [
                "strace", "--follow-forks", "--output", process.path("trace"), "--trace=openat",
                "--inject=openat:signal=STOP:when=\(opening)", ImportProcess.program, "import", process.path("a.csv"),
                "--database", process.database,
            ])
        for _ in 0..<3_000 where access(path, F_OK) != 0 || !process.text("trace").contains("birds.db.lock") {
            usleep(10_000)
        }
        let lock = open(other, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(lock) }
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        #expect(rename(other, path) == 0)
        let traced = try #require(process.text("trace").split(separator: " ").first.flatMap { pid_t($0) })
        #expect(kill(traced, SIGCONT) == 0)
        #expect(try ImportProcess.wait(for: strace) == 2)
        #expect(process.text("errors").contains("another import is under way"))
    }

    /// A limit on the size of files stands in for a full disk, wherever the tests run. With a list of sensitive species
    /// the exact edition is whole then, and the general one lacks its end.
    @Test(arguments: [false, true]) func leavesTheDatabaseAsItWasWhereItMayNotGrow(hasList: Bool) throws {
        process.write("small.csv", Self.plain(50, num: 1))
        process.write("large.csv", Self.plain(20_000, num: 2))
        process.write("list.csv", "species,category\ns1,2\n")
        let list = hasList ? ["--sensitive", process.path("list.csv")] : []
        // In blocks of 512 bytes.
        var limit = 400
        if hasList {
            let whole = process.path("whole.db")
            #expect(
                try process.run(
                    program: ImportProcess.program,
                    ["import", process.path("large.csv"), "--database", whole] + list
                ).status == 0)
            let size = try #require(FileIdentity(path: whole)?.size)
            let general = try #require(try Database(path: whole, mode: .readOnly).integer("PRAGMA page_count")) * 8192
            limit = Int(size) / 512 - 1
            try #require(limit * 512 > general)
        }
        #expect(try process.rookery("import", process.path("small.csv"), "--database", process.database).status == 0)
        let before = try process.run(program: "/usr/bin/cksum", [process.database]).output
        let limited = "ulimit -f \(limit); exec \"$@\""
        let failed = try process.run(
            program: "/bin/sh",
            [
                "-c", limited, "sh", ImportProcess.program, "import", process.path("large.csv"), "--database",
                process.database,
            ] + list)
        #expect(failed.status == 1)
        #expect(failed.errors.hasSuffix("; nothing was changed.\n"), "\(failed.errors)")
        #expect(try process.run(program: "/usr/bin/cksum", [process.database]).output == before)
        #expect(try process.run(program: "/bin/ls", [process.folder]).output.contains("birds.db.") == false)
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
        #expect(try process.run(program: "/bin/ls", [disk]).output == "birds.db\n")
    }
}
