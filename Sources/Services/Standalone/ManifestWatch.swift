import Manifests
import SystemIO

/// Which names in which directories decide what the manifests are: their own, those of links that lead to them, and of
/// what does not exist yet.
package struct ManifestWatch {
    package private(set) var names: [String: FileWatcher.Names] = [:]
    /// The manifests, as the reader calls them, that an entry leads to.
    private var manifests: [String: Set<String>] = [:]
    /// By manifest, the entry that it ends in; of all others only links are entries.
    private var ends: [String: String] = [:]
    package private(set) var directories: [String] = []

    /// Looks at the links that there are now.
    package init(_ paths: [String]) {
        let store = DiskManifestStore()
        for path in paths {
            add(path)
            guard let files = try? store.files(inDirectory: path) else { continue }
            directories.append(path)
            names[path, default: FileWatcher.Names()].pattern = ManifestReader.isManifest
            for file in files where ManifestReader.isManifest(file) { add(ManifestReader.join(path, file)) }
        }
    }

    private mutating func add(_ manifest: String) {
        let entries = PathTrail.entries(of: manifest)
        ends[manifest] = entries.last.map { PathTrail.join($0.directory, $0.name) }
        for entry in entries {
            names[entry.directory, default: FileWatcher.Names()].names.insert(entry.name)
            manifests[PathTrail.join(entry.directory, entry.name), default: []].insert(manifest)
        }
    }

    /// Whether a file is the manifest itself, rather than a link or a directory on the way to it.
    package func isItself(_ file: String, _ manifest: String) -> Bool {
        guard let end = ends[manifest] else { return true }
        let isInDirectory = directories.contains { directory in
            let name = String(file.split(separator: "/").last ?? "")
            return PathTrail.join(directory, name) == file && ManifestReader.join(directory, name) == manifest
        }
        return file == end || isInDirectory
    }

    /// The manifests that these files are, or are a part of.
    package func manifests(at files: Set<String>) -> Set<String> {
        var result: Set<String> = []
        for file in files {
            if let known = manifests[file] { result.formUnion(known) }
            // One that is new in a directory.
            for directory in directories {
                let name = String(file.split(separator: "/").last ?? "")
                if PathTrail.join(directory, name) == file { result.insert(ManifestReader.join(directory, name)) }
            }
        }
        return result
    }
}
