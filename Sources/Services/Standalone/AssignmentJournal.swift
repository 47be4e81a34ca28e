import Assignment
import FoundationEssentials
import SystemIO

/// Saves assignments at the cost of what changed: the file of ``AssignmentStore`` as a whole now and then, and after it a
/// line for each change.
///
/// A line is its digest, a space, and JSON. The first names the file that the journal follows, by its checksum, so one
/// that a crash has left beside a newer file counts no more. A line is on disk before what it says is announced; one that
/// a crash has cut was therefore never announced, and is dropped.
package struct AssignmentJournal: Sendable {
    /// The file's name in the state directory.
    package static let file = "assignments.journal"
    /// The newest form that is known.
    private static let form = 1
    /// A journal that is longer than this, and than the file that it follows, is put into that.
    private static let shortest = 65_536

    private struct Header: Codable {
        var journal: Int
        var of: String?
    }

    private let store: AssignmentStore
    private let directory: StateDirectory
    /// The open journal; `nil` where the next save must be of everything.
    private var journal: AppendedFile?
    private var wholeSize = 0
    /// How many octets were written since the start.
    package private(set) var octetsWritten = 0

    package init(_ store: AssignmentStore, _ directory: StateDirectory) {
        self.store = store
        self.directory = directory
    }

    /// Writes what changed since the last time. On an error, what was saved before is still there, and the next time
    /// everything is written.
    package mutating func save(
        _ change: AssignmentStateChange, whole: () -> AssignmentState
    ) throws(SystemError) {
        guard let journal, journal.size <= max(AssignmentJournal.shortest, wholeSize) else {
            return try saveWhole(whole())
        }
        guard !change.isEmpty else { return }
        let line = try AssignmentJournal.line(change)
        do throws(SystemError) {
            try journal.append(line)
        } catch {
            // What was written of it may be anything.
            self.journal = nil
            throw error
        }
        octetsWritten += line.count
    }

    /// Puts the journal into the file that it follows, so that versions of Martlet that know no journal find everything.
    package mutating func close(_ whole: () -> AssignmentState) throws(SystemError) {
        guard let journal else { return }
        self.journal = nil
        if journal.size > 0 { try store.save(whole()) }
        try directory.remove(AssignmentJournal.file)
    }

    private mutating func saveWhole(_ state: AssignmentState) throws(SystemError) {
        journal = nil
        let saved = try store.save(state)
        wholeSize = saved.octets
        octetsWritten += saved.octets
        // The former journal is of another file now. Without a new one, the next save is of everything too.
        try directory.remove(AssignmentJournal.file)
        let header = try AssignmentJournal.line(Header(journal: AssignmentJournal.form, of: saved.checksum))
        try directory.replace(AssignmentJournal.file, with: header)
        journal = try directory.appending(to: AssignmentJournal.file)
    }

    // MARK: - Lines

    private static func line(_ content: some Encodable) throws(SystemError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(content) else { throw SystemError("cannot encode \(file)", code: 22) }
        return Array("\(digest(of: data)) ".utf8) + data + [UInt8(ascii: "\n")]
    }

    private static func digest(of data: some DataProtocol) -> String {
        String(AssignmentStore.digest(of: data).prefix(16))
    }

    /// What a line says; `nil` if it is not what was written.
    private static func content(of line: ArraySlice<UInt8>) -> Data? {
        guard line.count > 17, line[line.startIndex + 16] == UInt8(ascii: " ") else { return nil }
        let data = Data(line.dropFirst(17))
        return String(decoding: line.prefix(16), as: UTF8.self) == digest(of: data) ? data : nil
    }

    /// The changes of a journal, if it follows the file with this checksum.
    static func changes(
        in bytes: [UInt8], of checksum: String, path: String
    ) throws(AssignmentStore.Failure) -> [AssignmentStateChange] {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let decoder = JSONDecoder()
        // A crash leaves it whole or not there. Where chance has damaged it, nothing is lost if nothing follows.
        guard let first = lines.first.flatMap(content),
            let header = try? decoder.decode(Header.self, from: first)
        else {
            guard lines.dropFirst().allSatisfy({ content(of: $0) == nil }) else {
                throw .damaged(path: path, "its first line is not what martlet writes")
            }
            return []
        }
        guard header.journal <= form else { throw .newer(path: path, form: header.journal) }
        guard header.of == checksum else { return [] }
        let contents = lines.dropFirst().map(content)
        var changes: [AssignmentStateChange] = []
        for (index, data) in contents.enumerated() {
            guard let data else {
                // The end of the file, or a line that a crash has cut; before others, it is neither.
                guard contents[index...].allSatisfy({ $0 == nil }) else {
                    throw .damaged(path: path, "line \(index + 2) is not what martlet writes")
                }
                break
            }
            guard let change = try? decoder.decode(AssignmentStateChange.self, from: data) else {
                throw .damaged(path: path, "line \(index + 2) cannot be read")
            }
            changes.append(change)
        }
        return changes
    }
}
