import Assignment
import Crypto
import FoundationEssentials
import SystemIO

/// Keeps assignments on disk, so that a restart, also after a crash at any moment, finds them again.
///
/// The file is JSON for people too, with the SHA-256 of what it says as a member.
package struct AssignmentStore: Sendable {
    /// The file's name in the state directory.
    package static let file = "assignments.json"

    /// Why saved assignments are not used. To go on without them would give Services new addresses.
    package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// It was written by a program that knows more than this one.
        case newer(path: String, form: Int)
        /// Not what was written: what is wrong with it.
        case damaged(path: String, String)
        case system(SystemError)

        package var description: String {
            switch self {
            case .newer(let path, let form):
                """
                \(path) was written by a newer version of martlet (format \(form); this version reads format \
                \(AssignmentState.currentVersion)). Start that version again. To give all Services new addresses instead, move \
                the file away.
                """
            case .damaged(let path, let problem):
                """
                \(path) is damaged: \(problem). Restore it from a backup. If you edited it, remove its member "checksum". To give \
                all Services new addresses instead, move the file away.
                """
            case .system(let error): error.description
            }
        }
    }

    private let directory: StateDirectory

    package init(_ directory: StateDirectory) { self.directory = directory }

    private var journalPath: String { "\(directory.path)/\(AssignmentJournal.file)" }

    package var path: String { "\(directory.path)/\(AssignmentStore.file)" }

    /// What was saved last, or nothing if nothing ever was.
    ///
    /// A file without checksum is one of martlet 0.1.0, or one that a person has edited. A journal belongs to the file that
    /// it names; that of another counts no more.
    package func load() throws(Failure) -> AssignmentState {
        var state = try loadFile()
        guard let base = AssignmentStore.checksum(of: state) else { return state }
        let journal: [UInt8]
        do throws(SystemError) {
            guard let found = try directory.read(AssignmentJournal.file) else { return state }
            journal = found
        } catch { throw .system(error) }
        state.apply(try AssignmentJournal.changes(in: journal, of: base, path: journalPath))
        return state
    }

    private func loadFile() throws(Failure) -> AssignmentState {
        let bytes: [UInt8]
        do throws(SystemError) {
            guard let found = try directory.read(AssignmentStore.file) else { return AssignmentState() }
            bytes = found
        } catch { throw .system(error) }
        return try AssignmentStore.state(in: bytes, path: path)
    }

    /// What a file says.
    ///
    /// - Parameter path: where it is, for what is said of it.
    static func state(in bytes: [UInt8], path: String) throws(Failure) -> AssignmentState {
        let decoder = JSONDecoder()
        guard let state = try? decoder.decode(AssignmentState.self, from: Data(bytes)) else {
            throw .damaged(path: path, "it was not written by martlet")
        }
        guard state.version <= AssignmentState.currentVersion else { throw .newer(path: path, form: state.version) }
        guard state.version == AssignmentState.currentVersion else {
            throw .damaged(path: path, "format \(state.version) does not exist")
        }
        guard state.damagedEntries == 0 else {
            throw .damaged(path: path, "\(state.damagedEntries) of its entries cannot be read")
        }
        let written = (try? decoder.decode(Checksum.self, from: Data(bytes)))?.checksum
        if let written, written != AssignmentStore.checksum(of: state) {
            throw .damaged(path: path, "its checksum does not match its content")
        }
        return state
    }

    /// Replaces what was saved; on an error, what was saved before is still there.
    ///
    /// - Returns: the checksum of the content, by which a journal of further changes names it, and how many octets it has.
    @discardableResult
    package func save(_ state: AssignmentState) throws(SystemError) -> (checksum: String, octets: Int) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let checksum = AssignmentStore.checksum(of: state),
            let data = try? encoder.encode(Saved(checksum: checksum, state: state))
        else {
            throw SystemError("cannot encode \(AssignmentStore.file)", code: 22)
        }
        try directory.replace(AssignmentStore.file, with: Array(data) + [UInt8(ascii: "\n")])
        return (checksum, data.count + 1)
    }

    private struct Checksum: Codable {
        let checksum: String?
    }

    private struct Saved: Encodable {
        let checksum: String
        let state: AssignmentState

        func encode(to encoder: any Encoder) throws {
            try state.encode(to: encoder)
            try Checksum(checksum: checksum).encode(to: encoder)
        }
    }

    /// Of what the state says, however the file is laid out.
    private static func checksum(of state: AssignmentState) -> String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(state) else { return nil }
        return "sha256:" + digest(of: data)
    }

    /// SHA-256, in hexadecimal digits.
    static func digest(of data: some DataProtocol) -> String {
        SHA256.hash(data: data).map { octet in
            let digits = String(octet, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
