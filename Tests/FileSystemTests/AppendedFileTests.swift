import Glibc
import Testing

@testable import FileSystem
@testable import Fixtures

@Suite struct AppendedFileTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    /// Opens a file, and appends to it.
    private func append(_ text: String, to name: String) throws(ChangeError) {
        let descriptor = try AppendedFile.open(fixture.path(name), option: "--audit")
        defer { close(descriptor) }
        #expect(write(descriptor, text, text.utf8.count) == text.utf8.count)
    }

    private func mode(_ name: String) -> mode_t {
        var status = stat()
        return stat(fixture.path(name), &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    @Test func aNewFileCanBeReadByItsOwnerOnly() throws {
        let old = umask(0)
        defer { umask(old) }
        try append("one\n", to: "audit")
        #expect(mode("audit") == 0o600)
        try append("two\n", to: "audit")
        #expect(fixture.text("audit") == "one\ntwo\n")
    }

    @Test func anEarlierFileKeepsItsMode() throws {
        fixture.write("audit", "one\n")
        try #require(chmod(fixture.path("audit"), 0o640) == 0)
        try append("two\n", to: "audit")
        #expect(mode("audit") == 0o640 && fixture.text("audit") == "one\ntwo\n")
    }

    @Test func aLinkIsNotFollowed() throws {
        fixture.write("other", "one\n")
        for target in ["other", "nothing"] {
            unlink(fixture.path("link"))
            try #require(symlink(fixture.path(target), fixture.path("link")) == 0)
            let error = #expect(throws: ChangeError.self) { try append("two\n", to: "link") }
            #expect(error?.message.contains("is a link, which --audit does not follow") == true)
        }
        #expect(fixture.text("other") == "one\n" && mode("nothing") == 0)
    }

    @Test func oneServerWritesAFile() throws {
        let path = fixture.path("audit")
        let first = try AppendedFile.open(path, option: "--audit")
        defer { close(first) }
        let busy = "another server writes \(path); give each server a file of its own with --audit."
        let refusal = { #expect(throws: ChangeError.self) { try append("two\n", to: "audit") }?.message }
        #expect(refusal() == busy)
        // It is still the same file, so its lock is not given up for a moment.
        #expect(try AppendedFile.open(path, option: "--audit", after: first) == first)
        #expect(refusal() == busy)
        try #require(rename(path, path + ".1") == 0)
        let second = try AppendedFile.open(path, option: "--audit", after: first)
        #expect(second != first && refusal() == busy)
        close(second)
        try append("two\n", to: "audit")
        #expect(fixture.text("audit") == "two\n")
    }

    @Test func whatIsNoFileIsRefused() throws {
        try #require(mkdir(fixture.path("folder"), 0o700) == 0 && mkfifo(fixture.path("pipe"), 0o600) == 0)
        let folder = #expect(throws: ChangeError.self) { try append("", to: "folder") }
        #expect(folder?.message.contains("is a folder; give the path of a file with --audit") == true)
        // Opening does not wait for a reader.
        let pipe = #expect(throws: ChangeError.self) { try append("", to: "pipe") }
        #expect(pipe?.message.contains("is a pipe that no program reads") == true)
        #expect(throws: ChangeError.self) { try append("", to: "nowhere/audit") }
    }
}
