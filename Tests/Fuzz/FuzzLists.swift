import Birds
import Glibc

@testable import BirdImport

/// A list of sensitive species and places. What is accepted is written as a list that means the same.
func trySensitiveList(_ bytes: [UInt8]) {
    guard let entries = read(bytes) else { return }
    check(!entries.isEmpty && entries.count <= SensitiveListFile.mostEntries, "a list has entries")
    for entry in entries {
        if let size = entry.protection.size {
            check(GridSize(degrees: size.text) == size, "the size of a cell can be written again")
            let cell = GridCell(latitude: 60.7, longitude: -135.1, size)
            check(cell?.code(region: entry.region ?? "").hasPrefix("cell_") == true, "a place is in a cell")
            check(cell?.name.contains(" to ") == true && size.uncertainty > 0, "a cell has a name and a size")
        }
        if let season = entry.season?.texts {
            check(SensitiveSeason(from: season.from, to: season.to) == entry.season, "a season can be written again")
        }
    }
    let text = SensitiveListFile.text(of: entries)
    check(read(Array(text.utf8)) == entries, "a list can be written again:\n\(text)")
}

private func read(_ bytes: [UInt8]) -> [SensitiveEntry]? {
    let file = TemporaryFile(in: "/dev/shm")
    guard (try? file.append(bytes)) != nil, file.count > 0 else { return nil }
    return try? SensitiveListFile.read(path: "/proc/self/fd/\(file.descriptor)")
}
