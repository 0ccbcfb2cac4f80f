import FileSystem

@testable import People

// The files of people: who may log in, and what they may see. A file with a mistake is refused whole. A file that is
// accepted means the same if it is written again, and a change of one line leaves all others as they are.

/// A part of a hash in the inputs, which no message may repeat.
private let secret = "qZ9x"

func tryUsers(_ bytes: [UInt8]) {
    let file: UsersFile
    do throws(FileFault) {
        file = try UsersFile(bytes)
    } catch {
        check(!error.lines.isEmpty, "a fault has a line")
        // What is before the first colon of a line is a name.
        let names = bytes.split(separator: 0x0A).map { $0.prefix { $0 != UInt8(ascii: ":") } }
        let isName = names.contains { String(decoding: $0, as: UTF8.self).contains(secret) }
        check(isName || !error.message(path: "users").contains(secret), "no message has a hash")
        // Other lines can be changed still.
        guard let hash = try? PasswordHash("$6$s$" + String(repeating: "x", count: 86)) else { return }
        for change in [UsersChange.remove("ada"), .setPassword("ada", hash), .add("ada", hash)] {
            _ = try? change.apply(to: bytes)
        }
        return
    }
    check(file.costs.count <= UsersFile.mostCosts, "there are not more costs than may be")
    check(Set(file.users.map(\.name)).count == file.users.count, "names differ")
    for user in file.users {
        check(UsersFile.fault(inName: user.name) == nil, "a name can be used")
        check((try? PasswordHash(user.hash.text)) == user.hash, "a hash can be written again")
        check(file.costs.contains { $0.cost == user.hash.cost }, "each cost has a hash")
    }
    check(isSame(lines(of: try? UsersFile(text(of: file.users))), lines(of: file)), "users can be written again")

    guard let first = file.users.first, let last = file.users.last else { return }
    let others = file.users.dropFirst()
    let removed = (try? UsersChange.remove(first.name).apply(to: bytes)).flatMap { try? UsersFile($0) }
    check(isSame(lines(of: removed), others.map(line)), "only the one who is removed is gone")
    let set = (try? UsersChange.setPassword(first.name, last.hash).apply(to: bytes)).flatMap { try? UsersFile($0) }
    let changed = ["\(first.name):\(last.hash.text)"] + others.map(line)
    check(isSame(lines(of: set), changed), "only one password is changed")
    let added = (try? UsersChange.add("new one", last.hash).apply(to: bytes)).flatMap { try? UsersFile($0) }
    let isThere = file.users.contains { $0.name == "new one" }
    check(
        isThere || isSame(lines(of: added), file.users.map(line) + ["new one:\(last.hash.text)"]), "one more is added")
}

private func line(_ user: UsersFile.User) -> String { "\(user.name):\(user.hash.text)" }
private func lines(of file: UsersFile?) -> [String] { file?.users.map(line) ?? ["?"] }
private func text(of users: [UsersFile.User]) -> [UInt8] { Array(users.map { line($0) + "\n" }.joined().utf8) }

/// Two rights files with a line `%` between them.
func tryRights(_ bytes: [UInt8]) {
    let separator = Array("\n%\n".utf8)
    let cut = bytes.indices.first { bytes[$0...].starts(with: separator) }
    let one = Array(bytes[..<(cut ?? bytes.endIndex)]) + (cut == nil ? [] : [0x0A])
    let rest = cut.map { Array(bytes[($0 + separator.count)...]) } ?? []
    let file: RightsFile
    do throws(FileFault) {
        file = try RightsFile(one)
    } catch {
        check(!error.lines.isEmpty && !error.message(path: "rights").isEmpty, "a fault has a line")
        _ = RightsFile.readable(one)
        for change in [RightsChange.remove("ada"), .set("ada", nil, dropsLimits: true)] {
            _ = try? change.apply(to: one)
        }
        return
    }
    let again = try? RightsFile(Array(file.entries.map { $0.text + "\n" }.joined().utf8))
    check(isSame(entries(of: again), entries(of: file)), "rights can be written again")
    check(file.commentedWords.allSatisfy { $0.line > 0 }, "a warning has a line")
    _ = file.unknown(datasets: ["atlas"], regions: ["CA-YT"])
    tryChanges(of: file, one)
    guard let other = try? RightsFile(rest) else { return }
    tryCommon(file, other)
    tryCommon(other, file)
}

private func entries(of file: RightsFile?) -> [String] {
    file?.entries.map { "\($0.name) \($0.rights.map(described) ?? "none")" } ?? ["?"]
}

/// Everything that rights say.
private func described(_ rights: RightsFile.Rights) -> String {
    "\(rights.metrics) \(rights.regions ?? ["*"]) \(rights.datasets ?? ["*"]) \(rights.precision) \(rights.end ?? 0)"
}

private func tryChanges(of file: RightsFile, _ bytes: [UInt8]) {
    guard let first = file.entries.first else { return }
    let others = entries(of: file).dropFirst()
    check(file.inWords(first.name) != "" && file.inWords("nobody") != "", "rights have words")
    if let own = file.rights(ofUser: first.name), let group = file.rights(of: .users), own.cover(group) {
        let endsFirst = own.end ?? .max < group.end ?? .max
        check(file.showsMore(without: first.name) == (endsFirst && !first.isGroup), "no more is shown without a line")
    }
    let removed = (try? RightsChange.remove(first.name).apply(to: bytes)).flatMap { try? RightsFile($0) }
    check(isSame(entries(of: removed), Array(others)), "only the line that is removed is gone")
    let last = file.entries.last?.rights
    let set = (try? RightsChange.set(first.name, last, dropsLimits: true).apply(to: bytes)).flatMap {
        try? RightsFile($0)
    }
    let changed = "\(first.name) \(last.map(described) ?? "none")"
    check(isSame(entries(of: set), [changed] + others), "only one line is changed")
    // What a change that keeps its limits may not do.
    _ = try? RightsChange.set(first.name, RightsFile.Rights(), dropsLimits: false).apply(to: bytes)
    // As the command line gives them, where white space separates words.
    let words = RightsLine.words(of: first.rights)
    let isSet = (try? RightsChange.set(first.name, words: words, dropsLimits: true)) != nil
    let isAll = first.rights.map { $0.regions == nil && $0.datasets == nil } ?? false
    check(isSet || isAll || first.name.contains("="), "the words of a line can be given to a command")
}

/// What two files have in common is in both.
private func tryCommon(_ file: RightsFile, _ other: RightsFile) {
    let common = file.common(with: other)
    for name in Set((file.entries + other.entries).map(\.name) + ["nobody"]) {
        let group = RightsFile.Group(rawValue: name)
        func rights(in file: RightsFile) -> RightsFile.Rights? {
            group.map { file.rights(of: $0) } ?? file.rights(ofUser: name)
        }
        guard let both = rights(in: common) else { continue }
        for file in [file, other] {
            let rights = rights(in: file)
            check(rights?.cover(both) == true, "what is common is in each: \(name)")
            check(rights.map { $0.end ?? .max >= both.end ?? .max } == true, "it ends with the first: \(name)")
        }
    }
}
