import Assignment
import FoundationEssentials
import SystemIO

/// Keeps assignments on disk, so that a restart, also after a crash at any moment, finds them again.
package struct AssignmentStore: Sendable {
    /// The file's name in the state directory.
    package static let file = "assignments.json"

    private let directory: StateDirectory

    package init(_ directory: StateDirectory) { self.directory = directory }

    /// What was saved last, or nothing, with a sentence that says why where that is not as it should be.
    ///
    /// A damaged file is moved aside: Services then get addresses anew, which is what would have happened to them on
    /// another machine, and a person can look at what it was.
    package func load() throws(SystemError) -> (state: AssignmentState, warning: String?) {
        guard let bytes = try directory.read(AssignmentStore.file) else { return (AssignmentState(), nil) }
        let path = "\(directory.path)/\(AssignmentStore.file)"
        guard let state = try? JSONDecoder().decode(AssignmentState.self, from: Data(bytes)) else {
            try directory.setAside(AssignmentStore.file)
            return (AssignmentState(), "\(path) is damaged; it is \(path).damaged now, and addresses are assigned anew")
        }
        guard state.version == AssignmentState.currentVersion else {
            try directory.setAside(AssignmentStore.file)
            return (
                AssignmentState(),
                """
                \(path) was written by another version of martlet (its form is \(state.version)); it is \(path).damaged \
                now, and addresses are assigned anew
                """
            )
        }
        return (state, nil)
    }

    /// Replaces what was saved; on an error, what was saved before is still there.
    package func save(_ state: AssignmentState) throws(SystemError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(state) else {
            throw SystemError("cannot encode \(AssignmentStore.file)", code: 22)
        }
        try directory.replace(AssignmentStore.file, with: Array(data) + [UInt8(ascii: "\n")])
    }
}
