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
        #expect(done.status == 0)
    }

    @Test(arguments: ["--since", "--until"]) func aDayThatIsNoneIsAUsageError(option: String) throws {
        let done = try process.rookery("audit", process.path("audit"), option, "2026-02-30")
        #expect(done.status == 2 && done.errors.contains("\(option): '2026-02-30' is not a date"))
    }

    @Test func onlySomeDaysCount() throws {
        let done = try process.rookery("audit", process.path("audit"), "--since", "2026-02", "--csv")
        #expect(done.output.contains("\r\nalice,,1,1200,70000,2026-02-02T03:04:05.678Z,2026-02-02T03:04:05.678Z\r\n"))
    }
}
