import Glibc
import Testing

@Suite struct ServeCommandTests {
    @Test(arguments: ["atlas.example", "https://u:secret@atlas.example", "https://atlas.example/?x=1"])
    func aPublicURLThatIsNoneIsAUsageError(text: String) throws {
        let process = try ImportProcess()
        let done = try process.rookery("serve", "--database", process.database, "--public", "--public-url", text)
        #expect(done.status == 2)
        #expect(done.errors.contains("--public-url") && !done.errors.contains("secret"))
    }

    @Test func anAccessLogThatMayNotGrowDoesNotEndTheServer() throws {
        let process = try ImportProcess()
        process.write(
            "birds.csv",
            "loc_id,latitude,longitude,region,year,month,day,species_id,num\nL1,60.5,-135.25,CA-YT,2021,2,1,stejay,3\n")
        #expect(try process.rookery("import", process.path("birds.csv"), "--database", process.database).status == 0)
        let socket = process.path("socket")
        // Room for 512 bytes in each file that it writes. Who runs the tests may ignore the signal, and that is inherited.
        let server = try process.spawn(
            "/bin/sh",
            [
                "-c", "ulimit -f 1; exec env --default-signal=XFSZ \"$@\"", "sh", ImportProcess.program, "serve",
                "--database", process.database, "--password", "mumble", "--socket", socket, "--access-log",
                process.path("log"),
            ])
        var isReady = false
        for _ in 0..<3_000 where !isReady {
            usleep(10_000)
            isReady = access(socket, F_OK) == 0
        }
        #expect(isReady)
        for _ in 0..<20 {
            _ = try process.rookery("health", "--server", "unix:\(socket)")
        }
        #expect((1...1024).contains(process.text("log").utf8.count))
        #expect(try process.rookery("health", "--server", "unix:\(socket)").status == 0)
        kill(server, SIGTERM)
        #expect(try ImportProcess.wait(for: server) == 0)
    }
}
