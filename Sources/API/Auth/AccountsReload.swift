import People

/// Taking up some files while another one has a mistake.
///
/// Files that belong together may be changed together, so nobody may gain by a half of a change: whoever is removed
/// from both files must not get the rights of `@users` because the other one has a mistake. But what takes something
/// away never waits.
extension Accounts {
    /// Whoever would have more if all of the files that are right counted in full.
    public enum Waiting: Equatable, Sendable {
        /// Somebody new, who can't log in yet.
        case newPerson(String)
        /// Whoever has a new shared password, and sees nothing yet.
        case newPassword
        /// A person or a group that sees no more than before.
        case more(String)
    }

    /// Takes up these files, as far as they give nobody more: people who are removed, other passwords, and rights that
    /// show less. In force is what both the rights of before and the new ones give.
    /// - Parameters:
    ///   - password, users, rights: Nil for those that have a mistake, and those that there are none of.
    public func replaceSome(password: SharedPassword?, users: UsersFile?, rights: RightsFile?) -> [Waiting] {
        let old = snapshot
        // Everybody sees everything, so what somebody may see does not depend on another file.
        guard let before = old.rights else {
            replace(password: password, users: users)
            return []
        }
        var inForce = rights?.common(with: before) ?? before
        var waiting: [Waiting] = []
        if rights == nil, let password, !password.isSame(as: old.password), before.rights(of: .shared) != nil {
            inForce = before.without(.shared)
            waiting.append(.newPassword)
        }
        let kept = users?.filter { old.users?[$0.name] != nil }
        replace(password: password, users: kept, rights: rights, inForce: inForce)
        for user in users?.users ?? [] where old.users?[user.name] == nil { waiting.append(.newPerson(user.name)) }
        if let rights { waiting += gainers(by: rights, over: inForce) }
        return waiting
    }

    /// Who would see more with other rights than with those in force.
    private func gainers(by rights: RightsFile, over inForce: RightsFile) -> [Waiting] {
        let snapshot = snapshot
        func gains(_ wanted: RightsFile.Rights?, _ given: RightsFile.Rights?) -> Bool {
            guard let wanted, !wanted.haveEnded(at: wallClock()) else { return false }
            return given?.showLess(than: wanted) ?? true
        }
        let people = (snapshot.users?.values.sorted { $0.line < $1.line } ?? []).map(\.name).filter {
            gains(rights.rights(ofUser: $0), inForce.rights(ofUser: $0))
        }
        let groups = [RightsFile.Group.shared, .everybody].filter { group in
            (group == .shared ? snapshot.password != nil : snapshot.isPublic)
                && gains(rights.rights(of: group), inForce.rights(of: group))
        }
        return (people + groups.map(\.rawValue)).map(Waiting.more)
    }
}
