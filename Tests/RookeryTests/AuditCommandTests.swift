import Testing

/// `rookery audit` as people run it.
@Suite struct AuditCommandTests {
    private let process: ImportProcess

    init() throws {
        process = try ImportProcess()
        let line = #""person":"alice","address":"::1","status":200,"records":1200,"bytes":70000,"complete":true}"#
        process.write(
            "audit",
            "{\"time\":\"2026-01-02T03:04:05.678Z\",\(line)\n{\"time\":\"2026-02-02T03:04:05.678Z\",\(line)\nx\n{\"time\":"
        )
    }

    @Test func showsATable() throws {
        let done = try process.rookery("audit", process.path("audit"))
        #expect(
            done.output == """
                person  claimed name  requests  records    bytes  first                 last
                alice                        2    2,400  140,000  2026-01-02T03:04:05Z  2026-02-02T03:04:05Z

                """)
        let file = process.path("audit")
        #expect(
            done.errors == """
                \(file), line 3 is not a line of an audit
                \(file), line 4 is cut off
                \(file): 2 lines do not count

                """)
        // The table is not all that was taken.
        #expect(done.status == 1)
    }

    /// Anybody with the shared password may claim a name of any length.
    @Test func aLongNameDoesNotWidenTheTable() throws {
        for name in [String(repeating: "x", count: 250), String(repeating: "\\u001b", count: 250)] {
            process.write(
                "long",
                "{\"time\":\"2026-01-02T03:04:05.678Z\",\"person\":\"@shared\",\"claimed_name\":\"\(name)\","
                    + "\"records\":1,\"bytes\":1}\n")
            let table = try process.rookery("audit", process.path("long"))
            let lines = table.output.split(separator: "\n")
            #expect(table.status == 0 && lines.count == 2 && lines.allSatisfy { $0.count < 130 }, "\(table.output)")
            #expect(table.output.contains("…  "))
            let csv = try process.rookery("audit", process.path("long"), "--csv")
            #expect(csv.output.unicodeScalars.count > 340)
        }
    }

    @Test func linesThatAllCountAreSuccess() throws {
        try shell(#"sed -i 3,4d "$0""#)
        let done = try process.rookery("audit", process.path("audit"))
        #expect(done.status == 0 && done.output.contains("2,400") && done.errors.isEmpty)
    }

    @Test(arguments: ["--since", "--until"]) func aDayThatIsNoneIsAUsageError(option: String) throws {
        let done = try process.rookery("audit", process.path("audit"), option, "2026-02-30")
        #expect(done.status == 2 && done.errors.contains("\(option): '2026-02-30' is not a date"))
    }

    @Test func noDaysAreAUsageError() throws {
        for (since, until) in [("2026-02-02", "2026-02-01"), ("2026-02", "2026-01-31"), ("2026-01-15", "2025")] {
            let done = try process.rookery("audit", process.path("audit"), "--since", since, "--until", until)
            #expect(done.status == 2 && done.errors.contains("--since \(since) is later than --until \(until)"))
        }
        let done = try process.rookery(
            "audit", process.path("audit"), "--since", "2026-02-02", "--until", "2026-02", "--csv")
        #expect(done.status == 1 && done.output.contains("alice,,1,"))
    }

    private func shell(_ script: String) throws {
        try #require(try process.run(program: "/bin/sh", ["-c", script, process.path("audit")]).status == 0)
    }

    /// What is given twice would count twice. Files that begin at the same time don't.
    @Test func aFileCountsOnce() throws {
        let (file, packed, other) = (process.path("audit"), process.path("audit.gz"), process.path("other"))
        try shell(#"gzip -k "$0"; grep -v 2026-01 "$0" >"${0%audit}other""#)
        for second in [file, packed] {
            let done = try process.rookery("audit", file, second)
            #expect(done.status == 2 && done.output.isEmpty)
            #expect(done.errors.contains("\(second) begins with the same answer as \(file), and would count twice"))
        }
        process.write("start", "{\"time\":\"2026-01-02T03:04:05.678Z\",\"event\":\"start\"}\n")
        let done = try process.rookery("audit", packed, other, process.path("start"), process.path("start"))
        #expect(done.status == 1 && done.output.contains("3,600"))
    }

    @Test func aCompressedFileThatIsCutOffIsAFault() throws {
        try shell(
            #"for i in $(seq 2000); do sed -n "1s/12/$i/p" "$0"; done | gzip >"$0.gz"; truncate -s -30 "$0.gz""#)
        let done = try process.rookery("audit", process.path("audit.gz"))
        #expect(done.status == 2 && done.output.isEmpty)
        #expect(done.errors.contains("\(process.path("audit.gz")) can't be read after line"))
        #expect(done.errors.contains(": the compressed file is cut off"))
    }

    /// What is there fills a buffer, so nothing but the end of the member is missing.
    @Test(arguments: [1, 4, 8, 9]) func aCompressedFileWithoutItsEndIsAFault(missing: Int) throws {
        let file = process.path("audit.gz")
        for size in [1 << 16, 1 << 17] {
            try shell(
                #"""
                { yes "$(sed -n 1p "$0")" | head -c \#(size - 1); echo; } | gzip >"$0.gz"
                truncate -s -\#(missing) "$0.gz"
                """#)
            let done = try process.rookery("audit", file)
            #expect(done.status == 2 && done.output.isEmpty)
            #expect(done.errors.hasSuffix(": the compressed file is cut off\n"), "\(done.errors)")
        }
    }

    /// As `cat` makes it of several files. A piece of any length expands to more than one buffer.
    @Test func aCompressedFileMayHaveSeveralMembers() throws {
        try shell(
            #"""
            sed 3,4d "$0" | gzip >"$0.gz"
            yes "$(sed -n 2p "$0")" | head -n 20000 | gzip -9 >>"$0.gz"
            gzip </dev/null >>"$0.gz"
            """#)
        let done = try process.rookery("audit", process.path("audit.gz"), "--csv")
        #expect(done.status == 0 && done.errors.isEmpty && done.output.contains("alice,,20002,24002400,"))
        try shell(#"cat "$0" >>"$0.gz""#)
        let mixed = try process.rookery("audit", process.path("audit.gz"))
        #expect(
            mixed.status == 2
                && mixed.errors.hasSuffix(": something that gzip did not write follows the compressed file\n"))
    }

    @Test func aCompressedFileThatIsDamagedIsAFault() throws {
        // Its checksum and length are wrong.
        try shell(#"sed 3,4d "$0" | gzip >"$0.gz"; truncate -s -8 "$0.gz"; printf 12345678 >>"$0.gz""#)
        let file = process.path("audit.gz")
        let done = try process.rookery("audit", file)
        #expect(done.status == 2 && done.output.isEmpty)
        #expect(done.errors.contains("rookery: \(file) can't be read"))
        #expect(done.errors.hasSuffix(": the compressed file is damaged\n"))
        #expect(!done.errors.contains("<fd:"))
    }

    @Test func onlySomeDaysCount() throws {
        let done = try process.rookery("audit", process.path("audit"), "--since", "2026-02", "--csv")
        #expect(done.output.contains("\r\nalice,,1,1200,70000,2026-02-02T03:04:05.678Z,2026-02-02T03:04:05.678Z\r\n"))
    }
}
