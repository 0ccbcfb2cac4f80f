/// A name in the form in which names are compared: equal for names that differ only in case or Unicode normal form.
///
/// Strings in Swift compare by canonical equivalence, so normal forms do not matter. Case is folded by the mappings
/// of Unicode, without those of single languages: to lower case, which turns ẞ into ß; then to upper case, which
/// turns ß into SS and ς into Σ; then to lower case again.
package struct NameKey: Hashable {
    package let text: String

    package init(_ name: String) { text = name.lowercased().uppercased().lowercased() }

    var isASCII: Bool { text.utf8.allSatisfy { $0 < 0x80 } }
}
