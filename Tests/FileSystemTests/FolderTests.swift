import Glibc
import Testing

@testable import FileSystem
@testable import Fixtures

@Suite struct FolderTests {
    /// The system splits a path at each byte `/`, also before a combining mark.
    @Test func aCombiningMarkHidesNoFolder() throws {
        let parts = Folder.split("/tmp/\u{301}a")
        #expect(parts.folder == "/tmp" && parts.name.utf8.elementsEqual("\u{301}a".utf8))
        #expect(Folder.split("/a").folder == "/" && Folder.split("/a").name == "a" && Folder.split("a").folder == ".")
        let fixture = try ImportFixture()
        let open = fixture.path("\u{301}open")
        try #require(mkdir(open, 0o777) == 0 && chmod(open, 0o777) == 0)
        #expect(TrustedPath.openFolder(onTheWayTo: open + "/\u{301}a")?.hasSuffix("open") == true)
    }

    /// In a folder with the sticky bit, a file is replaced by its owner, the folder's owner or root (unlink(2)).
    @Test func inAStickyFolderOnlyTheOwnersReplaceAFile() throws {
        let fixture = try ImportFixture()
        fixture.write("a", "mine")
        let ours = try Folder(path: fixture.folder)
        for mode: mode_t in [0o700, 0o1777] {
            try #require(chmod(fixture.folder, mode) == 0)
            #expect(ours.canReplace(ours.status("a")) && ours.canReplace(nil))
        }
        let isRoot = geteuid() == 0
        // A folder and a file of root for others, and of another account for root.
        if isRoot { try #require(chown(fixture.folder, 1, 1) == 0 && chown(fixture.path("a"), 1, 1) == 0) }
        let theirs = try Folder(path: isRoot ? fixture.folder : "/tmp")
        let status = try #require(theirs.status)
        try #require(status.st_uid != geteuid() && status.st_mode & S_ISVTX != 0)
        #expect(theirs.canReplace(isRoot ? theirs.status("a") : status) == isRoot)
        #expect(theirs.canReplace(nil))
    }
}
