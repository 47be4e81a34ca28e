import ClusterConfiguration

/// The files that `-f` names, in the order in which they are read: files, and of directories all `*.yaml`, `*.yml` and
/// `*.json` in them, sorted by name. A path that is given twice is there once.
package struct ManifestListing {
    package struct File {
        package let path: String
        package let place: ManifestPlace
        /// Why it cannot be read, if that is known already.
        package let error: ManifestAccessError?
    }

    package private(set) var files: [File] = []
    /// Directories without manifests.
    package private(set) var notes: [Problem] = []

    private var seen: Set<String> = []

    package init(_ paths: [String], from store: some ManifestStore = DiskManifestStore()) {
        for (argument, path) in paths.enumerated() {
            guard path != "-" else {
                add(path, argument: argument)
                continue
            }
            do throws(ManifestAccessError) {
                guard let names = try store.files(inDirectory: path) else {
                    add(path, argument: argument)
                    continue
                }
                let manifests = names.filter(ManifestReader.isManifest).sorted()
                if manifests.isEmpty {
                    notes.append(
                        Problem(
                            .warning, nil, "\(path) has no manifests: put files named *.yaml, *.yml or *.json there"))
                }
                for name in manifests { add(ManifestReader.join(path, name), argument: argument, name: name) }
            } catch { add(path, argument: argument, error: error) }
        }
    }

    private mutating func add(_ path: String, argument: Int, name: String = "", error: ManifestAccessError? = nil) {
        guard seen.insert(path).inserted else { return }
        files.append(File(path: path, place: ManifestPlace(argument: argument, name: name), error: error))
    }
}
