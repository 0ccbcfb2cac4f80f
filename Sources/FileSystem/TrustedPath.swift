import CLinux
import Glibc

/// Whether root may write at a path, because no other account decides where the path leads.
///
/// The rule is that of sshd and Postfix, for each folder on the way from `/` and for the folders of links: it belongs
/// to root, and no other account may change names in it. In one with the sticky bit, such as `/tmp`, others may make
/// files but not replace those of root, so it is enough that what comes next belongs to root.
package enum TrustedPath {
    /// A folder on the way.
    private struct Step {
        let path: String
        let status: stat

        /// Whether other accounts may make files in it. With an access control list, the bits of the group are the most
        /// that the list gives to anybody (acl(5)).
        var isShared: Bool {
            if status.st_mode & S_IWOTH != 0 { return true }
            guard status.st_mode & S_IWGRP != 0 else { return false }
            return status.st_gid != 0 || getxattr(path, Folder.accessListName, nil, 0) > 0
        }

        /// Whether other accounts may rename and remove the files of root in it.
        var isOpen: Bool { isShared && status.st_mode & S_ISVTX == 0 }
        var isOthers: Bool { TrustedPath.isOthers(status) }
    }

    /// As in the kernel (path_resolution(7)).
    private static let mostLinks = 40

    /// Refuses to write at a path as root if others could replace what is written. Other accounts may write where they
    /// can.
    /// - Parameters:
    ///   - path: The path of a file, which need not exist.
    ///   - option: The option that names it.
    /// - Throws: `ChangeError` of the kind `notByRoot`.
    package static func check(_ path: String, option: String = "--database") throws(ChangeError) {
        guard geteuid() == 0 else { return }
        let steps = try steps(to: path, option: option)
        guard let last = steps.last else { return }
        let file = realPath(path) ?? path
        if last.isOthers {
            throw .notByRoot(
                "The folder \(last.path)", owner: last.status.st_uid, group: last.status.st_gid)
        }
        if let above = steps.last(where: \.isOthers) {
            // That account could not write to the folder either, which belongs to root.
            let files = [last.path] + (lstatus(file)?.st_uid == 0 ? [file] : [])
            throw .notByRoot(
                "The folder \(above.path), in which \(last.path) is,",
                owner: above.status.st_uid, group: above.status.st_gid, giving: files)
        }
        if let open = steps.last(where: \.isOpen) {
            throw ChangeError(
                kind: .notByRoot(.first(["chmod", "+t", open.path])),
                message:
                    "Other accounts may write to the folder \(open.path), and could replace what root writes there; let "
                    + "only the owners of files in it replace them, and try again.")
        }
        // Whoever made a file there could be waiting for what root writes.
        if last.isShared, let status = lstatus(file), isOthers(status) {
            throw .notByRoot("The file \(file)", owner: status.st_uid, group: status.st_gid)
        }
    }

    /// The last folder on the way to a file in which every account may rename and remove files; nil if there is none.
    package static func openFolder(onTheWayTo path: String) -> String? {
        let steps = try? steps(to: path, option: nil)
        return steps?.last { $0.status.st_mode & S_IWOTH != 0 && $0.isOpen }?.path
    }

    /// The folders on the way to a file, in the order in which the kernel visits them.
    /// - Parameter option: The option that names the file; nil if links of other accounts don't matter.
    /// - Throws: `ChangeError` for a link that another account has made in a shared folder.
    private static func steps(to path: String, option: String?) throws(ChangeError) -> [Step] {
        var rest = pathNames(path)
        if path.utf8.first != UInt8(ascii: "/"), let folder = getcwd(nil, 0) {
            rest = pathNames(String(cString: folder)) + rest
            free(folder)
        }
        rest.reverse()
        var current = ""
        var steps: [Step] = []
        var links = 0
        func visit(_ path: String) {
            if let status = lstatus(path) { steps.append(Step(path: path, status: status)) }
        }
        visit("/")
        while let name = rest.popLast() {
            if name == "." { continue }
            if name == ".." {
                current = String(current[..<(current.utf8.lastIndex(of: UInt8(ascii: "/")) ?? current.startIndex)])
                visit(current.isEmpty ? "/" : current)
                continue
            }
            let next = "\(current)/\(name)"
            guard let status = lstatus(next) else { break }
            if status.isLink {
                // Nobody can change a link, but in a shared folder its owner can replace it.
                if let option, isOthers(status), steps.last?.isShared == true {
                    throw ChangeError(
                        kind: .notByRoot(.options([option, realPath(path) ?? path])),
                        message: "The link \(next) belongs to another account, which could change where root writes; "
                            + "give the path that it leads to.")
                }
                links += 1
                guard links <= mostLinks, let target = linkTarget(next) else { break }
                if target.utf8.first == UInt8(ascii: "/") {
                    current = ""
                    visit("/")
                }
                rest += pathNames(target).reversed()
            } else if status.isFolder {
                current = next
                visit(next)
            } else {
                break
            }
        }
        return steps
    }

    private static func lstatus(_ path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    /// Whether another account than root owns a file. In a user namespace, as in a container without root, the owner of
    /// everything outside is shown as the overflow account (user_namespaces(7)): that is the system's.
    package static func isOthers(_ status: stat) -> Bool {
        status.st_uid != 0 && status.st_uid != overflowAccount
    }

    /// The number of the account that stands for all outside the user namespace; nil if there is none outside.
    private static let overflowAccount: uid_t? = {
        func numbers(_ path: String) -> [UInt32] {
            guard let file = fopen(path, "r") else { return [] }
            defer { fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = fread(&bytes, 1, bytes.count, file)
            return String(decoding: bytes.prefix(count), as: UTF8.self).split { $0 == " " || $0 == "\n" }
                .compactMap { UInt32($0) }
        }
        // The first namespace has all numbers.
        guard numbers("/proc/self/uid_map") != [0, 0, .max] else { return nil }
        return numbers("/proc/sys/kernel/overflowuid").first
    }()
}
