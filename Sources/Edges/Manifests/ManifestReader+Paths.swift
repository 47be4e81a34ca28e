import ClusterConfiguration

extension ManifestReader {
    /// Reads what `-f` names: files, directories (all `*.yaml`, `*.yml` and `*.json` in them, sorted by name), and `-`
    /// for standard input. A path that is given twice is read once.
    package static func read(paths: [String], from store: some ManifestStore = DiskManifestStore()) -> ManifestReading {
        var files: [ManifestFile] = []
        var empty: [String] = []
        var seen: Set<String> = []
        func add(_ path: String) {
            guard seen.insert(path).inserted else { return }
            files.append(file(path, in: store))
        }
        for path in paths {
            guard path != "-" else {
                add(path)
                continue
            }
            do throws(ManifestAccessError) {
                guard let names = try store.files(inDirectory: path) else {
                    add(path)
                    continue
                }
                let manifests = names.filter(isManifest).sorted()
                if manifests.isEmpty { empty.append(path) }
                for name in manifests { add(join(path, name)) }
            } catch {
                if seen.insert(path).inserted { files.append(ManifestFile(name: path, contents: .failure(error))) }
            }
        }
        var reading = read(files)
        for path in empty {
            reading.problems.append(
                Problem(.warning, nil, "\(path) has no manifests: put files named *.yaml, *.yml or *.json there"))
        }
        return reading
    }

    private static func file(_ path: String, in store: some ManifestStore) -> ManifestFile {
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
