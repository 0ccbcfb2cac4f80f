import HTTP
import Testing

@testable import Transport

@Suite struct ConnectionLimitsTests {
    private func limits(total: Int, perAddress: Int) -> ConnectionLimits {
        var configuration = ServerConfiguration()
        configuration.maxConnections = total
        configuration.maxConnectionsPerAddress = perAddress
        return ConnectionLimits(configuration)
    }

    @Test func oneAddressCanNotHaveThemAll() {
        let limits = limits(total: 10, perAddress: 2)
        #expect((0..<3).map { _ in limits.admit("192.0.2.1") } == [true, true, false])
        #expect(limits.admit("192.0.2.2"))
        limits.release("192.0.2.1")
        #expect((0..<2).map { _ in limits.admit("192.0.2.1") } == [true, false])
    }

    /// Whoever has an address of IPv6 has all of its network.
    @Test func aNetworkIsOneClient() {
        let limits = limits(total: 1000, perAddress: 5)
        let admitted = (0..<320).count { limits.admit("2001:db8:1:2::\(String($0, radix: 16))") }
        #expect(admitted == 5)
        #expect(limits.admit("2001:db8:1:3::1"))
        limits.release("2001:db8:1:2:ffff::7")
        #expect(limits.admit("2001:db8:1:2::9") && !limits.admit("2001:db8:1:2::a"))
    }

    @Test func aRefusalTakesNoneOfTheOthersRoom() {
        let limits = limits(total: 3, perAddress: 1)
        #expect((0..<5).map { _ in limits.admit("192.0.2.1") } == [true, false, false, false, false])
        #expect(["192.0.2.2", "192.0.2.3", "192.0.2.4"].map { limits.admit($0) } == [true, true, false])
        limits.release("192.0.2.1")
        #expect(["192.0.2.4", "192.0.2.5", "192.0.2.1"].map { limits.admit($0) } == [true, false, false])
    }

    @Test(arguments: ["127.0.0.1", "127.1.2.3", "::1", "unix"])
    func addressesOfThisMachineShareTheWholeLimit(address: String) {
        let limits = limits(total: 3, perAddress: 1)
        #expect((0..<4).map { _ in limits.admit(address) } == [true, true, true, false])
        #expect(!limits.admit("192.0.2.1"))
        limits.release(address)
        #expect(limits.admit("192.0.2.1"))
    }

    @Test func aProxyHasNoLimitOfItsOwn() throws {
        var configuration = ServerConfiguration()
        (configuration.maxConnections, configuration.maxConnectionsPerAddress) = (4, 1)
        configuration.proxies = try TrustedProxies(["192.0.2.0/24"], field: .forwarded)
        let limits = ConnectionLimits(configuration)
        #expect((0..<3).map { _ in limits.admit("192.0.2.9") } == [true, true, true])
        #expect(limits.admit("198.51.100.1") && !limits.admit("198.51.100.1"))
        limits.release("192.0.2.9")
        #expect(!limits.admit("198.51.100.1") && limits.admit("192.0.2.8"))
    }

    /// Files need descriptors too, and so do connections that are only refused.
    @Test(arguments: [(1_048_576, 10_000), (1024, 800), (256, 96), (20, 1), (0, 1), (Int.max, 10_000)] as [(Int, Int)])
    func descriptorsAreKeptForFiles(descriptors: Int, connections: Int) {
        var configuration = ServerConfiguration()
        (configuration.threads, configuration.descriptorsForFiles) = (2, 192)
        #expect(ConnectionLimits.most(configuration, descriptors: descriptors) == connections)
    }
}
