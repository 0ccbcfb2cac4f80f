import BirdImport
import FileSystem
import Glibc

/// The command lines that run this command again as another account.
struct OtherAccount {
    let owner: UInt32
    /// Its group, if the account has no name that tells.
    let group: UInt32
    var arguments = CommandLine.arguments
    /// The names of the variables that are set.
    var variables = OtherAccount.setVariables
    /// Whether the system has `sudo`.
    var hasSudo = OtherAccount.path.contains { access($0 + "/sudo", X_OK) == 0 }

    private static let path = (environment("PATH") ?? "").split(separator: ":").map(String.init)

    /// The lines for a shell that do what root must not do in the way that was asked.
    static func lines(for remedy: ChangeError.Remedy) -> [String] {
        switch remedy {
        case .account(let owner, let group): return OtherAccount(owner: owner, group: group).lines
        case .give(let files, let owner, let group):
            return [shellLine(["chown", "-h", accountName(owner) ?? String(owner)] + files)]
                + OtherAccount(owner: owner, group: group).lines
        case .first(let words): return [shellLine(words)]
        case .options(let words):
            let root = OtherAccount(owner: 0, group: 0)
            return [shellLine([root.program] + root.arguments.dropFirst() + words)]
        }
    }

    /// The lines for a shell: one with `sudo`, and another one where that does not work. `sudo` may not be installed,
    /// and does not know accounts without a name unless its configuration allows them (sudoers(5),
    /// `runas_allow_unknown_id`).
    var lines: [String] {
        let name = accountName(owner)
        var words = ["sudo", "-u", name ?? "#\(owner)"]
        // sudo removes variables that are not named.
        if !variables.isEmpty { words.append("--preserve-env=" + variables.joined(separator: ",")) }
        let command = [program] + arguments.dropFirst()
        let line = shellLine(words + command)
        guard name == nil || !hasSudo else { return [line] }
        // The group of root would still have rights of root.
        let main = getpwuid(owner)?.pointee.pw_gid ?? (group == 0 ? owner : group)
        let groups = name == nil ? "--clear-groups" : "--init-groups"
        let other = shellLine(["setpriv", "--reuid=\(owner)", "--regid=\(main)", groups] + command)
        return [line, other + (hasSudo ? "   # if sudo does not know that account" : "   # without sudo")]
    }

    /// The program as `sudo` finds it: it searches only the usual folders.
    private var program: String {
        let given = arguments.first ?? "rookery"
        if given.utf8.contains(UInt8(ascii: "/")) { return given }
        let usual: Set = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
        guard let folder = Self.path.first(where: { access("\($0)/\(given)", X_OK) == 0 }), !usual.contains(folder)
        else { return given }
        return "\(folder)/\(given)"
    }

    /// The names of the variables of Rookery that are set. Their values are not shown.
    private static var setVariables: [String] {
        var names: [String] = []
        var next = environ
        while let variable = next.pointee {
            let name = String(cString: variable).prefix { $0 != "=" }
            if name.hasPrefix("ROOKERY_") { names.append(String(name)) }
            next += 1
        }
        return names.sorted()
    }
}
