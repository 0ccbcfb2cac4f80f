import Testing

@testable import FileSystem

@Suite struct MemoryLimitTests {
    @Test func theGroupsAroundAGroupCountToo() {
        #expect(
            MemoryLimit.files(forGroups: "0::/system.slice/rookery.service\n") == [
                "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/system.slice/memory.max",
                "/sys/fs/cgroup/system.slice/rookery.service/memory.max",
            ])
        #expect(MemoryLimit.files(forGroups: "0::/\n") == ["/sys/fs/cgroup/memory.max"])
    }

    @Test func onlyTheControllerOfMemoryCounts() {
        #expect(
            MemoryLimit.files(forGroups: "5:cpu,cpuacct:/a\n4:memory:/a\n") == [
                "/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/a/memory.limit_in_bytes",
            ])
        #expect(MemoryLimit.files(forGroups: "").isEmpty)
        #expect(MemoryLimit.files(forGroups: "nonsense\n:\n").isEmpty)
    }

    @Test(arguments: [
        ("max\n", nil), ("104857600\n", 104_857_600), ("9223372036854771712\n", nil), ("", nil), ("x", nil), ("0\n", 0),
    ])
    func aFileHasALimitOrNone(text: String, bytes: Int?) { #expect(MemoryLimit.bytes(inFile: text) == bytes) }
}
