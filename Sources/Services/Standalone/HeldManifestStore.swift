import Manifests
import Synchronization

/// Manifests on the disk, but of files that are being written the content that they had before.
package final class HeldManifestStore: ManifestStore, Sendable {
    private struct State {
        var held: Set<String> = []
        /// What was read last, by path.
        var contents: [String: [UInt8]] = [:]
    }

    private let disk = DiskManifestStore()
    private let state = Mutex(State())

    /// These keep their last content from now on, and all others are read.
    package func hold(_ paths: Set<String>) {
        state.withLock { $0.held = paths }
    }

    package func files(inDirectory path: String) throws(ManifestAccessError) -> [String]? {
        guard let names = try disk.files(inDirectory: path) else { return nil }
        return state.withLock { state in
            let files = Set(names.map { ManifestReader.join(path, $0) })
            let prefix = ManifestReader.join(path, "")
            for known in state.contents.keys where known.hasPrefix(prefix) && !files.contains(known) {
                state.contents[known] = nil
            }
            // One that is not complete for the first time is not there yet.
            return names.filter { name in
                let file = ManifestReader.join(path, name)
                return !state.held.contains(file) || state.contents[file] != nil
            }
        }
    }

    package func contents(of path: String, atMost limit: Int) throws(ManifestAccessError) -> [UInt8] {
        if let former = state.withLock({ $0.held.contains(path) ? $0.contents[path] : nil }) { return former }
        let bytes = try disk.contents(of: path, atMost: limit)
        state.withLock { $0.contents[path] = bytes }
        return bytes
    }

    package func standardInput(atMost limit: Int) throws(ManifestAccessError) -> [UInt8] {
        try disk.standardInput(atMost: limit)
    }
}
