import ClusterConfiguration

extension ManifestReader {
    /// Reads what `-f` names: files, directories (all `*.yaml`, `*.yml` and `*.json` in them, sorted by name), and `-`
    /// for standard input. A path that is given twice is read once.
    package static func read(paths: [String], from store: some ManifestStore = DiskManifestStore()) -> ManifestReading {
        let listing = ManifestListing(paths, from: store)
        var reading = read(
            listing.files.map { file in
                file.error.map { ManifestFile(name: file.path, contents: .failure($0)) }
                    ?? self.file(file.path, in: store)
            })
        reading.problems += listing.notes
        return reading
    }

    package static func file(_ path: String, in store: some ManifestStore) -> ManifestFile {
        do throws(ManifestAccessError) {
            // One octet more than is allowed tells that there is more.
            let bytes =
                path == "-"
                ? try store.standardInput(atMost: maximumFileSize + 1)
                : try store.contents(of: path, atMost: maximumFileSize + 1)
            return ManifestFile(name: path, bytes: bytes)
        } catch { return ManifestFile(name: path, contents: .failure(error)) }
    }

    /// How a file of a directory is called.
    package static func join(_ directory: String, _ name: String) -> String {
        directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
    }

    /// Names that begin with a dot are editors' and ConfigMap mounts' own, as for the shell.
    package static func isManifest(_ name: String) -> Bool {
        !name.hasPrefix(".") && [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) }
    }
}
