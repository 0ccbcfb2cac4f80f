import FileSystem
import Glibc
import Testing

@testable import Fixtures
@testable import People

@Suite struct UsersChangeTests {
    private let hash: PasswordHash
    private let other: PasswordHash
    private let temporary: TemporaryFolder
    private var folder: String { temporary.url.path }

    init() throws {
        hash = try PasswordHash("$2y$04$nVHw3kWTpblHifSePcLCY.0E4TZZAnmxnAUt4JMj6kNuXnVAWpnGe")
        other = try PasswordHash("$2b$05$8wj6tvUExRWyvSoiuVLl2enFMfB7v.OtbyDlyPYaYWVcPosixksNK")
        temporary = try TemporaryFolder()
    }

    private func apply(_ change: UsersChange, _ text: String) throws(ChangeError) -> String {
        String(decoding: try change.apply(to: Array(text.utf8)), as: UTF8.self)
    }

    /// Whatever other programs have written stays, byte for byte.
    @Test func changesOneLine() throws {
        let text = "# wardens\n\nalice:\(hash.text):on leave\r\nbad line\n\u{1}x:y\n  bob:old\nJürgen:old\r\n#bob:no\n"
        #expect(try apply(.add("zoe", hash), text) == text + "zoe:\(hash.text)\n")
        // The last line may lack its end.
        #expect(try apply(.add("zoe", hash), "alice:x") == "alice:x\nzoe:\(hash.text)\n")
        #expect(try apply(.add("zoe", hash), "") == "zoe:\(hash.text)\n")
        func changed(_ old: String, _ new: String) -> String { text.replacing(old, with: new) }
        #expect(try apply(.setPassword("alice", other), text) == changed(hash.text, other.text))
        #expect(try apply(.setPassword("bob", other), text) == changed("  bob:old", "  bob:\(other.text)"))
        #expect(try apply(.setPassword("Ju\u{308}rgen", other), text) == changed("Jürgen:old", "Jürgen:\(other.text)"))
        #expect(try apply(.remove("bob"), text) == changed("  bob:old\n", ""))
        #expect(try apply(.remove("alice"), "\u{FEFF}alice:x\nbob:y\n") == "bob:y\n")
        #expect(try apply(.remove("bob"), "bob:a\nalice:b\nbob:c") == "alice:b\n")
    }

    /// What the file of people lists can be changed.
    @Test(arguments: ["\ralice:x\r", " \r\talice:x", "\u{FEFF}\ralice:x"]) func findsWhatIsListed(line: String) throws {
        let text = line.replacing(":x", with: ":\(hash.text)") + "\n"
        #expect(try UsersFile(Array(text.utf8)).users.map(\.name) == ["alice"])
        #expect(try apply(.setPassword("alice", other), text) == text.replacing(hash.text, with: other.text))
        #expect(try apply(.remove("alice"), text) == "")
    }

    /// A combining mark after the colon or the `#` hides neither.
    @Test func combiningMarksHideNothing() throws {
        #expect(try apply(.remove("alice"), "alice:\u{301}x\nbob:y\n") == "bob:y\n")
        let error = try #require(throws: ChangeError.self) { try apply(.remove("#\u{301}a"), "#\u{301}a:x\n") }
        #expect(error.message.contains("is not in the file"))
        for name in ["@\u{301}a", "#\u{301}a", "$\u{301}a", " \u{301}a"] {
            #expect(UsersFile.fault(inName: name) != nil)
        }
    }

    @Test func refusesWhatMakesNoSense() throws {
        let text = "alice:x\nbob:y\nbob:z\n"
        for (change, message) in [
            (
                UsersChange.add("alice", hash),
                "alice is on line 1 already; change the password with 'rookery users passwd'."
            ),
            (.setPassword("zoe", hash), "zoe is not in the file; 'rookery users list' shows who is."),
            (.setPassword("bob", hash), "bob is there several times, on lines 2, 3; leave one of them."),
            (.remove("zoe"), "zoe is not in the file; 'rookery users list' shows who is."),
        ] {
            let error = try #require(throws: ChangeError.self) { try apply(change, text) }
            #expect(error.kind == .refused && error.message == message)
        }
    }

    @Test func aFileIsReplacedAsAWhole() throws {
        let path = folder + "/users"
        #expect(throws: ChangeError.self) { try UsersChange.remove("alice").apply(toFile: path) }
        #expect(throws: ChangeError.self) { try UsersChange.setPassword("alice", hash).apply(toFile: path) }
        #expect(access(path, F_OK) != 0)
        #expect(try UsersChange.add("alice", hash).apply(toFile: path) == nil)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o600)
        #expect(try UsersChange.hasPerson("alice", file: path) && !UsersChange.hasPerson("bob", file: path))
        #expect(throws: SecretFile.Fault.self) { try UsersChange.hasPerson("alice", file: path + "x") }
        // A mode that somebody chose stays.
        #expect(chmod(path, 0o640) == 0)
        #expect(try UsersChange.add("bob", other).apply(toFile: path) == nil)
        #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o640)
        #expect(try UsersFile(SecretFile.read(path, othersMay: .everything)).users.map(\.name) == ["alice", "bob"])
        // Only the file is left.
        #expect(try names() == ["users"])
    }

    /// Two commands at once would lose the change of one of them.
    @Test func oneChangeAtATime() throws {
        let path = folder + "/users"
        _ = try UsersChange.add("alice", hash).apply(toFile: path)
        let lock = open(path + ".lock", O_RDWR | O_CREAT, 0o600)
        defer { close(lock) }
        try #require(flock(lock, LOCK_EX) == 0)
        let error = try #require(throws: ChangeError.self) { try UsersChange.remove("alice").apply(toFile: path) }
        #expect(error.message == "\(path) is being changed by another command. Try again in a moment.")
        #expect(try UsersChange.hasPerson("alice", file: path))
    }

    /// htpasswd takes no lock: what it has written between reading and renaming must not be lost.
    @Test func aChangeByAnotherProgramIsNotLost() throws {
        let path = folder + "/users"
        _ = try UsersChange.add("alice", hash).apply(toFile: path)
        #expect(throws: ChangeError.self) {
            try SecretFile.change(path, option: "--users") { (bytes) throws(ChangeError) in
                let file = open(path, O_WRONLY | O_APPEND)
                write(file, "bob:x\n", 6)
                close(file)
                return bytes ?? []
            }
        }
        #expect(try UsersChange.hasPerson("bob", file: path))
    }

    /// Whoever can rename a folder on the way can put another file in its place.
    @Test func aFileThatEveryAccountCanReplaceIsRefused() throws {
        let (open, inner) = (folder + "/open", folder + "/open/inner")
        let path = inner + "/users"
        try #require(mkdir(open, 0o700) == 0 && mkdir(inner, 0o700) == 0)
        _ = try UsersChange.add("alice", hash).apply(toFile: path)
        try #require(symlink(path, folder + "/link") == 0)
        let fault = { (shared: String) in
            SecretFile.Fault(
                message:
                    "every account can replace \(path), since every account can write to the folder \(shared); run "
                    + "'chmod o-w \(shared)', or take it as it is with --insecure-permissions")
        }
        for shared in [open, inner] {
            for mode: mode_t in [0o1777, 0o1733, 0o775, 0o700] {
                try #require(chmod(shared, mode) == 0)
                #expect(try SecretFile.read(path, othersMay: .nothing).count > 0)
            }
            for mode: mode_t in [0o777, 0o703] {
                try #require(chmod(shared, mode) == 0)
                #expect(throws: fault(shared)) { try SecretFile.read(path, othersMay: .nothing) }
                #expect(throws: SecretFile.Fault.self) { try SecretFile.read(folder + "/link", othersMay: .nothing) }
                #expect(throws: fault(shared)) { try SecretFile.checkFolders(of: path, othersMay: .nothing) }
                #expect(try SecretFile.read(path, othersMay: .reading).count > 0)
            }
            try #require(chmod(shared, 0o700) == 0)
        }
    }

    @Test func secretsOfOthersAreRefused() throws {
        let path = folder + "/users"
        _ = try UsersChange.add("alice", hash).apply(toFile: path)
        // Root's own files are another test.
        if geteuid() == 0 { #expect(chown(path, 4711, 4711) == 0) }
        func refusal(_ others: SecretFile.Others = .nothing) -> String? {
            do throws(SecretFile.Fault) {
                _ = try SecretFile.read(path, othersMay: others, account: .owner)
                return nil
            } catch {
                return error.message
            }
        }
        for mode: mode_t in [0o600, 0o400, 0o700] {
            chmod(path, mode)
            #expect(refusal() == nil)
        }
        for mode: mode_t in [0o604, 0o640, 0o620, 0o602, 0o644] {
            chmod(path, mode)
            #expect(refusal()?.contains("chmod 600 \(path)") == true, "\(String(mode, radix: 8))")
            // Reading may be meant, writing never is.
            let isWritable = mode & 0o022 != 0
            #expect(refusal(.reading)?.contains("other accounts can change \(path)") == (isWritable ? true : nil))
            #expect(refusal()?.contains("--insecure-permissions") == !isWritable)
        }
        #expect(try SecretFile.read(path, othersMay: .everything).count > 0)
        #expect(throws: SecretFile.Fault(message: "\(folder) is not a file")) {
            try SecretFile.read(folder, othersMay: .everything)
        }
        #expect(throws: SecretFile.Fault(message: "\(path)x can't be read: No such file or directory")) {
            try SecretFile.read(path + "x", othersMay: .everything)
        }
    }

    /// A file belongs to root or to the account of the server. The group of root's file may read it.
    @Test func othersOwnNoFile() {
        func fault(_ owner: uid_t, _ mode: mode_t, _ others: SecretFile.Others = .nothing, user: uid_t = 4711)
            -> String?
        {
            var status = stat()
            (status.st_uid, status.st_gid, status.st_mode) = (owner, 4712, mode)
            return SecretFile.fault(status, "users", others, user)?.message
        }
        for others in [SecretFile.Others.nothing, .reading] {
            for user: uid_t in [0, 4711] {
                #expect(fault(0, 0o600, others, user: user) == nil && fault(0, 0o640, others, user: user) == nil)
                for mode: mode_t in [0o660, 0o620, 0o602, 0o666] {
                    #expect(fault(0, mode, others, user: user)?.hasPrefix("other accounts can change users;") == true)
                }
                #expect((fault(0, 0o644, others, user: user) == nil) == (others == .reading))
                for mode: mode_t in [0o600, 0o640, 0o660, 0o666] {
                    #expect(
                        fault(4713, mode, others, user: user)?.hasPrefix("users belongs to account number 4713, ")
                            == true)
                }
            }
            #expect(fault(4711, 0o600, others) == nil && (fault(4711, 0o640, others) == nil) == (others == .reading))
            #expect(fault(4711, 0o660, others) != nil && fault(4711, 0o600, others, user: 0) != nil)
        }
        #expect(fault(4713, 0o600)?.hasSuffix("which can change it; run as root 'chown 4711 users'") == true)
    }

    /// What a killed command left, with all hashes, goes with the next one.
    @Test func whatAKilledCommandLeftIsCleared() throws {
        let path = folder + "/users"
        _ = try UsersChange.add("alice", hash).apply(toFile: path)
        let left = open(folder + "/.users.new", O_WRONLY | O_CREAT, 0o600)
        #expect(left >= 0 && write(left, "alice:x\n", 8) == 8)
        close(left)
        _ = try UsersChange.add("bob", other).apply(toFile: path)
        #expect(try names() == ["users"])
        #expect(try UsersFile(SecretFile.read(path, othersMay: .everything)).users.map(\.name) == ["alice", "bob"])
    }

    private func names() throws -> [String] {
        let list = try #require(opendir(folder))
        defer { closedir(list) }
        var names: [String] = []
        while let entry = readdir(list) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names.filter { $0 != "." && $0 != ".." }.sorted()
    }
}
