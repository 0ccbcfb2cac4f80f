import People

/// What the people who run the server should know of its files.
extension Accounts {
    /// The lines of the rights file for names that are in no users file.
    public var strangers: [RightsFile.Entry] {
        let snapshot = snapshot
        return snapshot.rightsFile?.entries.filter { !$0.isGroup && snapshot.users?[$0.name] == nil } ?? []
    }

    /// What in the rights file gives nothing to anybody, or leaves out all who could come, each as a sentence without a
    /// full stop.
    public var idleRights: [String] {
        let snapshot = snapshot
        guard let rights = snapshot.rightsFile else { return [] }
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
