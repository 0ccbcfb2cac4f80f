import API
import ArgumentParser
import Logging
import Testing
import Transport

@testable import rookery

/// Each option reaches the one limit that it names.
@Suite struct ServeOptionsTests {
    private func limits(_ option: String, _ value: String) throws -> ServerConfiguration {
        var configuration = ServerConfiguration()
        try LimitOptions.parse([option, value]).apply(to: &configuration)
        try ListeningOptions.parse([]).apply(to: &configuration)
        return configuration
    }

    /// What a configuration says, by the names of the options.
    private func values(_ configuration: ServerConfiguration) -> [String: Int64] {
        [
            "--max-connections": Int64(configuration.maxConnections),
            "--max-connections-per-address": Int64(configuration.maxConnectionsPerAddress),
            "--max-request-line": Int64(configuration.limits.requestLine),
            "--max-header": Int64(configuration.limits.headerSection),
            "--max-fields": Int64(configuration.limits.fieldCount),
            "--max-body": Int64(configuration.limits.body),
            "--body-rate": Int64(configuration.bodyRate),
            "--header-timeout": configuration.headerTimeout.components.seconds,
            "--body-timeout": configuration.bodyTimeout.components.seconds,
            "--idle-timeout": configuration.idleTimeout.components.seconds,
            "--write-timeout": configuration.writeTimeout.components.seconds,
            "--waiting": Int64(configuration.waiting), "--waiting-per-client": Int64(configuration.waitingPerClient),
        ]
    }

    @Test(arguments: [
        "--max-connections", "--max-connections-per-address", "--max-request-line", "--max-header", "--max-fields",
        "--max-body", "--body-rate", "--header-timeout", "--body-timeout", "--idle-timeout", "--write-timeout",
        "--waiting", "--waiting-per-client",
    ])
    func aLimitIsSetByItsOption(option: String) throws {
        var wanted = values(ServerConfiguration())
        wanted[option] = 77
        #expect(values(try limits(option, "77")) == wanted)
    }

    /// What `--help` and README say.
    @Test func theDefaultsAreThoseThatAreTold() {
        #expect(
            values(ServerConfiguration()) == [
                "--max-connections": 10_000, "--max-connections-per-address": 500, "--max-request-line": 8192,
                "--max-header": 16_384, "--max-fields": 100, "--max-body": 1_048_576, "--body-rate": 500,
                "--header-timeout": 10, "--body-timeout": 15, "--idle-timeout": 60, "--write-timeout": 30,
                "--waiting": 256, "--waiting-per-client": 32,
            ])
        #expect(ServerConfiguration().grace == .seconds(20) && ServerConfiguration().workers >= 2)
    }

    @Test(arguments: [
        ("--max-connections", "0"), ("--max-connections", "1000001"), ("--max-request-line", "63"),
        ("--max-body", "-1"),
        ("--header-timeout", "0"), ("--write-timeout", "86401"),
    ])
    func aValueOutOfRangeIsRefused(option: String, value: String) {
        #expect(throws: (any Error).self) { try limits(option, value) }
    }

    @Test func whereItListensIsSetByItsOption() throws {
        var configuration = ServerConfiguration()
        let options = [
            "--host", "::1", "--port", "77", "--threads", "3", "--workers", "5", "--grace", "0", "--socket", "/run/x",
        ]
        try ListeningOptions.parse(options).apply(to: &configuration)
        #expect(configuration.host == "::1" && configuration.port == 77 && configuration.socketPath == "/run/x")
        #expect(configuration.threads == 3 && configuration.workers == 5 && configuration.grace == .zero)
    }

    @Test func queriesHaveTheirOwnLimits() throws {
        let logger = Logger(label: "test")
        var configuration = ServiceConfiguration(
            database: "birds.db", accounts: try #require(Accounts(password: nil, isPublic: true)),
            accessLog: AccessLogConfiguration(descriptor: nil, format: .text), logger: logger)
        #expect(configuration.queryTimeout == 10)
        #expect(configuration.longAnswers == 64 && configuration.longAnswersPerClient == 8)
        let options = ["--query-timeout", "77", "--long-answers", "78", "--long-answers-per-client", "79"]
        try LimitOptions.parse(options).apply(to: &configuration)
        #expect(configuration.queryTimeout == 77)
        #expect(configuration.longAnswers == 78 && configuration.longAnswersPerClient == 79)
    }
}
