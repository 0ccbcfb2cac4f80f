import Birds
import Glibc

@testable import BirdImport

// Targets for libFuzzer, which makes inputs by itself and keeps those that reach new code. `scripts/fuzz` builds and
// runs them. A target ends the process where a rule is broken; libFuzzer then writes the input to a file.

/// The targets, as the variable `FUZZ` names them.
private enum Target: String {
    case csv, names, dates, archives, description
}

private let target = getenv("FUZZ").flatMap { Target(rawValue: String(cString: $0)) }

/// libFuzzer's own `main`, for a program that has one (https://llvm.org/docs/LibFuzzer.html, "Using libFuzzer as a
/// library").
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<ArgumentVector>,
    _ tryInput: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

private typealias ArgumentVector = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

@main
struct Fuzz {
    static func main() {
        var (count, arguments) = (CommandLine.argc, CommandLine.unsafeArgv)
        exit(runFuzzer(&count, &arguments, tryInput))
    }
}

/// What libFuzzer calls with each input.
private func tryInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    switch target {
    case .csv, .archives: tryFile(bytes)
    case .names: tryName(String(decoding: bytes, as: UTF8.self))
    case .dates: tryDate(bytes)
    case .description: _ = try? ArchiveDescription.parse(bytes)
    case nil:
        print("FUZZ names no target: csv, names, dates, archives, description")
        exit(2)
    }
    return 0
}

/// Ends the process where a rule is broken.
private func check(_ holds: Bool, _ rule: @autoclosure () -> String) {
    if holds { return }
    let message = Array("broken: \(rule())\n".utf8)
    _ = write(STDERR_FILENO, message, message.count)
    abort()
}

/// Reads a file as an import does. Its rows are the same each time, and their lines ascend.
private func tryFile(_ bytes: [UInt8]) {
    let file = TemporaryFile(in: "/dev/shm")
    guard (try? file.append(bytes)) != nil, let source = try? SourceFile(file, path: "STA1_20210203_064100.csv"),
        let contents = try? Detection.open(source, as: nil, folder: "/dev/shm")
    else { return }
    for table in contents.flatMap(\.tables) {
        let columns = Columns(table.format, table.header, commas: table.commas)
        var records = RecordDecoder(table.format, columns, lastYear: 2030, file: table.paths.first ?? "")
        records.dates.order = .dayFirst
        var species = SpeciesDecoder(table.format, columns)
        var record = SourceRecord()
        var details: [UInt8] = []
        let first = read(table) { row in
            guard row.problem == nil else { return }
            if table.format.holdsSpecies {
                _ = try? species.decode(&row)
            } else if (try? records.decode(&row, into: &record)) != nil, record.otherAnimal == nil {
                RecordDetails.write(record, row, complete: nil, file: 0, to: &details)
                // What is staged is read again.
                let found = RecordDetails(details)
                check(details[found.source].elementsEqual(row.bytes[record.source.range]), "the source is staged")
                for member in DetailMember.texts {
                    let text = row.bytes[record[text: member].range]
                    check(found.text(member, in: details).elementsEqual(text), "\(member) is staged")
                }
            }
        }
        check(first == read(table) { _ in }, "rows are the same again")
    }
}

/// A number for each row of a table, which its cells decide.
private func read(_ table: SourceTable, _ body: (inout Row) -> Void) -> [Int] {
    guard let rows = try? table.open() else { return [] }
    var row = Row()
    var rowNumbers: [Int] = []
    var line = 0
    while (try? rows.next(&row)) == true {
        check(row.line >= line, "lines ascend")
        line = row.line
        var hasher = Hasher()
        hasher.combine(row.problem)
        // Else the cells are not used.
        if row.problem == nil { for cell in row.cells { hasher.combine(row.bytes[cell.range]) } }
        rowNumbers.append(hasher.finalize())
        body(&row)
    }
    return rowNumbers
}

/// A name is never cut to its genus, and what is no wild species never counts as one.
private func tryName(_ text: String) {
    let name = ScientificName(text)
    guard let whole = name.names.first else { return check(false, "a name has a form") }
    if whole.contains(" "), name.kind == .species || name.kind == .subspecies {
        // A hyphen may stand for the space (`Parus-major`), and no genus has one.
        let isWhole = { (form: String) in form.contains(" ") || form.contains("-") }
        check((name.names + name.species).allSatisfy(isWhole), "no name is cut to its genus: \(name)")
    }
    if [.domestic, .several, .affinity].contains(name.kind) {
        check(Set(name.names).isDisjoint(with: name.species), "what is no wild species is not taken for one: \(name)")
    }
}

/// A date that does not need an order is the same in both.
private func tryDate(_ bytes: [UInt8]) {
    let text = bytes[...]
    let (day, month) = (try? DateText.parse(text, .dayFirst), try? DateText.parse(text, .monthFirst))
    if !DateText.needsOrder(text) {
        check(day?.year == month?.year && day?.month == month?.month && day?.day == month?.day, "the order matters")
    }
    for minutes in [
        DateText.minutes(text, .dayFirst), DateText.minutes(text, .monthFirst), TimeText.minutes(text),
        TimeText.minutes(within: text),
    ] {
        check(minutes.map { (0..<24 * 60).contains($0) } ?? true, "a time is within a day")
    }
}
