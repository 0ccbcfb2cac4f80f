import People

/// What the people who run the server should know of its files.
extension Accounts {
    /// The lines of the rights file for names that are in no users file.
    public var strangers: [RightsFile.Entry] {
        let snapshot = snapshot
        return snapshot.rights?.entries.filter { !$0.isGroup && snapshot.users?[$0.name] == nil } ?? []
    }

    /// Who would see more with other files, by name. Files that belong together may be changed together, so when only
    /// one of them can be taken up, nobody must gain by it: whoever is removed from both must not get the rights of
    /// `@users`.
    /// - Parameters:
    ///   - users, rights: Nil leaves those that are there.
    public func gainers(users: UsersFile? = nil, rights: RightsFile? = nil) -> [String] {
        let old = snapshot
        guard old.rights != nil else { return [] }
        var new = old
        if let rights { new.rights = rights }
        if let users { new.set(users) }
        let people = new.users?.values.sorted { $0.line < $1.line } ?? []
        let groups: [(RightsFile.Group, Claimant)] = [
            (.shared, .shared(password: old.passwordNumber)), (.everybody, .everybody),
        ]
        let claimants = people.map { ($0.name, Claimant.user($0)) } + groups.map { ($0.rawValue, $1) }
        return claimants.filter { name, claimant in
            guard let rights = new.rights(of: claimant), !rights.haveEnded(at: wallClock()) else { return false }
            if case .user = claimant, old.users?[name] == nil { return true }
            guard let before = old.rights(of: claimant) else { return true }
            return !before.cover(rights) || (before.end ?? .max) < (rights.end ?? .max)
        }.map { name, _ in name }
    }

    /// What in the rights file gives nothing to anybody, or leaves out all who could come, each as a sentence without a
    /// full stop.
    public var idleRights: [String] {
        let snapshot = snapshot
        guard let rights = snapshot.rights else { return [] }
        guard !rights.entries.isEmpty else { return ["it has no lines, so nobody sees anything"] }
        let groups: [(group: RightsFile.Group, source: String, exists: Bool, members: String?)] = [
            (.users, "file of people", snapshot.users != nil, nil),
            (.shared, "shared password", snapshot.password != nil, "whoever has the shared password"),
            (.everybody, "--public", snapshot.isPublic, "whoever comes without a password"),
        ]
        return groups.compactMap { group, source, exists, members in
            switch (rights.rights(of: group) != nil, exists, members) {
            case (true, false, _): "the line \(group.rawValue) is for nobody, since there is no \(source)"
            case (false, true, let members?): "it has no line \(group.rawValue), so \(members) sees nothing"
            default: nil
            }
        }
    }
}
